package config

import (
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

func TestEscapes_WarningNamesFileAndLine(t *testing.T) {
	for value, want := range map[string]string{
		"50%%off": `"%%"`, "p%%40ss": `"%%"`, "%%": `"%%"`, "a%%%%b": `"%%"`, "p%40ss": `"%40"`, "%E4%BD%A0": `"%40"`, "a%3Ab%2fc": `"%40"`, "100%25": `"%40"`,
		"plain": "", "100%": "", "50%off": "", "%41bc": "", "a%%b%": "", "%(host)s": "", "%4": "", "%40 and 5%": "", "%7e": "",
	} {
		t.Run(value, func(t *testing.T) {
			for key, other := range map[string]string{"password": "username = u\n", "username": ""} {
				c := mustLoad(t, "[node:a]\nhost = a\n"+other+key+" = "+value+"\n")
				got := texts(c.Warnings)
				line := 3 + strings.Count(other, "\n")
				switch {
				case want == "" && len(got) > 0:
					t.Errorf("%s %q: %q", key, value, got)
				case want != "" && (len(got) != 1 || !strings.Contains(got[0], want) || c.Warnings[0].Line != line || c.Warnings[0].File != "cesi.conf"):
					t.Errorf("%s %q: %q, want one of line %d with %s", key, value, got, line, want)
				case strings.Contains(strings.Join(got, " "), value) && len(value) > 4:
					t.Errorf("the warning holds the %s: %q", key, got)
				}
				if kept := map[string]string{"password": string(c.Nodes[0].Password), "username": c.Nodes[0].Username}[key]; kept != value {
					t.Errorf("%s %q is read as %q", key, value, kept)
				}
			}
		})
	}
}

func TestDEFAULT_IsDefaultsOfNodes(t *testing.T) {
	c := mustLoad(t, "[DEFAULT]\nusername = u\npassword = p\nport = 9005\n[node:a]\nhost = a\n[node]\nusername = v\n")
	want := cesi.Node{Name: "a", URL: "http://a:9005", Username: "v", Password: "p", Timeout: c.Nodes[0].Timeout, Follow: true}
	same(t, c.Nodes[0], want)
	same(t, texts(c.Warnings), []string{`cesi.conf:1: [DEFAULT] is taken as [node], the defaults of all nodes: call it so; if this is the file of a Python CeSI, "cesi convert FILE" rewrites it`})
}

const oldINI = `# CeSI 1.x
[DEFAULT]
port = 9001
domain = example.com

[node:web 1]
    username = deploy
    password = 50%%off
    host = web1.%(domain)s

[node:db]
username = a%%40b
password = p%40ss%zz
host = 10.0.0.2
port = 9002

[environment:prod]
members = web 1,
   db, gone

[cesi]
database = /x/userinfo.db
activity_log = /x/cesi.log
host = 0.0.0.0
port = 5000
name = My 100%% CeSI
`

func TestConvert_INIOfPythonCeSI(t *testing.T) {
	c, notes := converted(t, oldINI)
	same(t, len(c.Nodes), 2)
	same(t, c.Nodes[0].Name, "web-1")
	same(t, c.Nodes[0].URL, "http://web1.example.com:9001")
	same(t, c.Nodes[0].Password, cesi.Secret("50%off"))
	same(t, c.Nodes[1].Username, "a@b")
	same(t, c.Nodes[1].Password, cesi.Secret("p@ss%zz"))
	same(t, c.Nodes[1].URL, "http://10.0.0.2:9002")
	same(t, c.Nodes[0].Environments, []string{"prod"})
	same(t, c.Nodes[1].Environments, []string{"prod"})
	same(t, c.Database, "/x/userinfo.db")
	same(t, c.Host, "0.0.0.0")
	same(t, c.Name, "My 100% CeSI")
	for _, words := range []string{`node "web 1" is called "web-1" now`, `member "gone" is left out`, `node "db": its password is decoded`} {
		wantNote(t, notes, words)
	}
	if all := strings.Join(notes, "\n"); strings.Contains(all, "off") || strings.Contains(all, "ss%zz") {
		t.Errorf("a password in the notes:\n%s", all)
	}
}

func TestConvert_IndentedKey(t *testing.T) {
	ini, notes, err := Convert([]byte("[node:a]\nhost = h\nport = 9001\nusername = u\npassword = p%40ss\n    timeout = 3\n[environment:e]\nmembers = a\n  , a\n"))
	if err != nil || !strings.Contains(ini, "password = p@ss\n") || !strings.Contains(ini, "members = a, a\n") {
		t.Errorf("%v\n%s", err, ini)
	}
	if !slices.ContainsFunc(notes, func(note string) bool { return strings.Contains(note, "timeout has no counterpart") }) {
		t.Errorf("no note on timeout: %q", notes)
	}
}

func TestConvert_BrokenINIShowsNoPassword(t *testing.T) {
	_, _, err := Convert([]byte("[node:a]\nhost = a\npassword hunter2\n"))
	if err == nil || !strings.Contains(err.Error(), "line 3") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}
