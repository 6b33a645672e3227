package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

const cesi1 = `[node:node1] ;各 Supervisor 节点的配置
username = ; 如果 Supervisor 节点没有设置账号密码，这里就保持为空，但不能不写
password =
host = 127.0.0.1
port = 9001
[node:node2]
username =
password =
host = node2.d.com
port = 9001
[environment:prod]
members = node1, node2
[cesi] ; CeSi 自身的配置
database = userinfo.db
activity_log = /var/logs/cesi/activity.log ;log目录没有的话需要提前建好
host = 0.0.0.0
port = 5000 ; CeSi 启动端口
name = CeSI
theme = superhero
`

func TestLoad_FileOfCeSi1(t *testing.T) {
	want := defaults("cesi.conf")
	want.Nodes = []cesi.Node{
		{Name: "node1", URL: "http://127.0.0.1:9001", Environments: []string{"prod"}, Timeout: 5 * time.Second, Follow: true},
		{Name: "node2", URL: "http://node2.d.com:9001", Environments: []string{"prod"}, Timeout: 5 * time.Second, Follow: true},
	}
	want.Environments = []cesi.Environment{{Name: "prod", Members: []string{"node1", "node2"}}}
	want.Database = "userinfo.db"
	want.ActivityLog = "/var/logs/cesi/activity.log"
	want.Host = "0.0.0.0"
	want.Theme = "superhero"

	same(t, mustLoad(t, cesi1), want)
}

func TestLoad_WithoutNodesHasDefaults(t *testing.T) {
	same(t, mustLoad(t, "# nothing yet\n"), defaults("cesi.conf"))
	same(t, mustLoad(t, "[cesi]\n"), defaults("cesi.conf"))
}

func TestLoad_UnreadableFile(t *testing.T) {
	folder(t, map[string]string{"empty": "", "blank": "\ufeff \r\n\n", "large": strings.Repeat("#", maxFile+1)})
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"missing":       "missing: there is no such file",
		"empty":         "empty: the file is empty; cesi.conf.sample shows what belongs into it",
		"blank":         "blank: the file is empty; cesi.conf.sample shows what belongs into it",
		"large":         "large: the file is larger than 16 MiB",
		"folder":        "folder: this is no regular file",
		"/dev/null":     "/dev/null: this is no regular file",
		"empty/missing": "empty/missing: not a directory",
	} {
		t.Run(path, func(t *testing.T) {
			same(t, problemsIn(t, path), []string{want})
		})
	}
}

func TestLoad_ReportsAllProblemsInOrder(t *testing.T) {
	same(t, problemsOf(t, `[environment:prod]
members = web1, wbe2
[node:web1]
port = 90o1
nonsense
[node:web2]
host = web2
timeout = 0
[cesi]
port = 70000
[node:web1]
`), []string{
		`cesi.conf:2: environment "prod": there is no node "wbe2"; did you mean "web2"?`,
		`cesi.conf:3: node "web1": host is missing`,
		`cesi.conf:4: node "web1": port "90o1" is not a number`,
		`cesi.conf:5: this line is neither "key = value" nor "[section]" nor a comment`,
		`cesi.conf:8: node "web2": timeout "0" is not between 0.1 and 120 seconds`,
		`cesi.conf:10: [cesi]: port "70000" is not between 1 and 65535`,
		`cesi.conf:11: node "web1" is already there, in cesi.conf line 3`,
	})
}

func TestLoad_DuplicateSection(t *testing.T) {
	same(t, problemsOf(t, "[cesi]\n[node]\n[environment:a]\n[CESI]\n[Node]\n[Environment: a]\n"), []string{
		`cesi.conf:4: [cesi] is already there, in cesi.conf line 1`,
		`cesi.conf:5: [node] is already there, in cesi.conf line 2`,
		`cesi.conf:6: environment "a" is already there, in cesi.conf line 3`,
	})
}

func TestLoad_WarningsAmongProblems(t *testing.T) {
	same(t, findingsOf(t, `[cesi]
porrt = 5000
port = 70000
[node:a]
hots = a
host = a b
pasword = x
`), []string{
		`warning: cesi.conf:2: [cesi]: unknown key "porrt"; did you mean "port"?`,
		`cesi.conf:3: [cesi]: port "70000" is not between 1 and 65535`,
		`warning: cesi.conf:5: node "a": unknown key "hots"; did you mean "host"?`,
		`cesi.conf:6: node "a": host "a b" is not a host's name`,
		`warning: cesi.conf:7: node "a": unknown key "pasword"; did you mean "password"?`,
	})
}

func TestLoad_DuplicateSectionIsChecked(t *testing.T) {
	same(t, findingsOf(t, `[cesi]
[node]
[node:a]
host = a
[environment:e]
[cesi]
porrt = 1
port = x
[node]
host = b
[node:a]
timeout = 0
hots = a
[environment:e]
members = b
`), []string{
		`cesi.conf:6: [cesi] is already there, in cesi.conf line 1`,
		`warning: cesi.conf:7: [cesi]: unknown key "porrt"; did you mean "port"?`,
		`cesi.conf:8: [cesi]: port "x" is not a number`,
		`cesi.conf:9: [node] is already there, in cesi.conf line 2`,
		`cesi.conf:10: [node]: host belongs into a [node:NAME] section: there is no default for it`,
		`cesi.conf:11: node "a" is already there, in cesi.conf line 3`,
		`cesi.conf:12: node "a": timeout "0" is not between 0.1 and 120 seconds`,
		`warning: cesi.conf:13: node "a": unknown key "hots"; did you mean "host"?`,
		`cesi.conf:14: environment "e" is already there, in cesi.conf line 5`,
		`cesi.conf:15: environment "e": there is no node "b"; did you mean "a"?`,
	})
}

func TestLoad_KeysOfPythonCeSI(t *testing.T) {
	same(t, warningsOf(t, "[cesi]\ndebug = True\nauto_reload =\ndebugs = 1\n"), []string{
		`cesi.conf:2: [cesi]: debug no longer means anything`,
		`cesi.conf:3: [cesi]: auto_reload no longer means anything`,
		`cesi.conf:4: [cesi]: unknown key "debugs"`,
	})
}

func TestLoad_QuotedValueIsAWarningWithoutIt(t *testing.T) {
	same(t, warningsOf(t, `[cesi]
admin_password = 'pa#ss'
[node]
username = "joe"
[node:a]
host = a
username = '
password = "pa#ss"
[node:b]
host = b
username = "joe'
password = "pa#ss" x
`), []string{
		`cesi.conf:2: [cesi]: the quotes around admin_password are part of it`,
		`cesi.conf:4: [node]: the quotes around username are part of it`,
		`cesi.conf:8: node "a": the quotes around password are part of it`,
	})
}

func TestNode_NamesDifferByCase(t *testing.T) {
	c := mustLoad(t, "[node:a]\nhost = x\n[node:A]\nhost = y\n[environment:e]\nmembers = A\n")
	same(t, c.Environments, []cesi.Environment{{Name: "e", Members: []string{"A"}}})
}

func TestNode_InheritsNothingFromShorterName(t *testing.T) {
	c := mustLoad(t, "[node:web]\nhost = a\nusername = u\npassword = p\n[node:web.1]\nhost = b\n")
	same(t, c.Nodes[1].Username, "")
}

func TestLoad_UnknownNameSuggestsNearest(t *testing.T) {
	same(t, warningsOf(t, `[cesi]
databse = x
secret_key = y
Theme = superheros
[node:a]
host = a
pasword = hunter2
[nodes:b]
host = b
[environmnt:c]
[ceci]
[DEFAULT]
[program:x]
[cesi:x]
[node]
user name = z
[environment:e]
member = a
`), []string{
		`cesi.conf:2: [cesi]: unknown key "databse"; did you mean "database"?`,
		`cesi.conf:3: [cesi]: unknown key "secret_key"`,
		`cesi.conf:4: [cesi]: unknown theme "superheros", so the default is used; did you mean "superhero"?`,
		`cesi.conf:7: node "a": unknown key "pasword"; did you mean "password"?`,
		`cesi.conf:8: unknown section "nodes:b"; did you mean "node:b"?`,
		`cesi.conf:10: unknown section "environmnt:c"; did you mean "environment:c"?`,
		`cesi.conf:11: unknown section "ceci"; did you mean "cesi"?`,
		`cesi.conf:12: [DEFAULT] is taken as [node], the defaults of all nodes: call it so; if this is the file of a Python CeSI, "cesi convert FILE" rewrites it`,
		`cesi.conf:13: unknown section "program:x"`,
		`cesi.conf:14: unknown section "cesi:x"`,
		`cesi.conf:16: [node]: unknown key "user name"; did you mean "username"?`,
		`cesi.conf:18: environment "e": unknown key "member"; did you mean "members"?`,
	})
}

func TestLoad_WorldReadablePasswordIsAWarning(t *testing.T) {
	for _, test := range []struct {
		name, text string
		mode       os.FileMode
		want       []string
	}{
		{"node's", "[node:a]\nhost = a\nusername = u\npassword = p\n[node:b]\nhost = b\nusername = u\npassword = p\n", 0o644,
			[]string{"cesi.conf:4: this file holds a password and everybody on the machine may read it: chmod o-r"}},
		{"default", "[node]\nusername = u\npassword = p\n", 0o604,
			[]string{"cesi.conf:3: this file holds a password and everybody on the machine may read it: chmod o-r"}},
		{"administrator's", "[cesi]\nadmin_password = p\n", 0o644,
			[]string{"cesi.conf:2: this file holds a password and everybody on the machine may read it: chmod o-r"}},
		{"only the group may", "[cesi]\nadmin_password = p\n", 0o640, nil},
		{"empty", "[node:a]\nhost = a\npassword =\n", 0o644, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder(t, map[string]string{"cesi.conf": test.text})
			if err := os.Chmod("cesi.conf", test.mode); err != nil {
				t.Fatal(err)
			}
			c, err := Load("cesi.conf")
			if err != nil {
				t.Fatal(err)
			}
			same(t, texts(c.Warnings), test.want)
		})
	}
}

func TestProblems_ShowNoSecret(t *testing.T) {
	const secret = "hunter2"
	text := strings.ReplaceAll(`[cesi]
admin_password = SECRET
admin_password = SECRET
database = postgres://cesi:SECRET@db/cesi
url = https://joe:SECRET@cesi.example.com
SECRET
 SECRET
= SECRET
[node:a]
host = https://joe:SECRET@gw.example.com/
[node:b]
host = joe:SECRET@gw.example.com
[node:c]
host = https://joe:SECRET%zz@gw.example.com:x/
[node:d]
password = SECRET
password_file = d.password
pasword = SECRET
[SECRET
[node:e] SECRET
[node:f]
password = SECRET`+"\x01", "SECRET", secret)
	folder(t, map[string]string{"cesi.conf": text, "d.password": secret + "\n"})
	if findings := strings.Join(findingsIn(t, "cesi.conf"), "\n"); strings.Contains(findings, secret) {
		t.Errorf("a problem or a warning tells the secret:\n%s", findings)
	}
}

func TestNeedsRestart_Keys(t *testing.T) {
	old := mustLoad(t, "[cesi]\n")
	same(t, mustLoad(t, "[cesi]\nname = x\ntimeout = 1\n[node:a]\nhost = a\n").NeedsRestart(old), []string{})
	same(t, mustLoad(t, "[cesi]\nurl_prefix = x\nport = 1\nhost = h\ndatabase = d\n").NeedsRestart(old),
		[]string{"database", "host", "port", "url_prefix"})
	same(t, mustLoad(t, "[cesi]\nport = 1\n").NeedsRestart(old), []string{"port"})
}
