package config

import (
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// sampleOfCeSi2 is defaults/cesi.conf.toml of CeSi 2.7.1, with fewer comments.
const sampleOfCeSi2 = `# This is the main CeSI toml configuration file.
[cesi]
# Database Uri
database = "sqlite:///users.db"                         # Relative path
#database = "postgres://<user>:<password>@localhost:5432/<database_name>"
activity_log = "activity.log"   # File path for CeSI logs
admin_username = "admin"        # Username of admin user
admin_password = "admin"        # Password of admin user

# Default supervisord nodes
[[nodes]]
name = "products-server"
environment = ""
username = "root"
password = "root"
host = "products.example.com"
port = "9001"

[[nodes]]
name = "analysis-server"
environment = "batch"
username = "user123"
password = "pass123"
host = "analysis.example.com"
port = 9002

[[nodes]]
name = "monitoring-server"
environment = ""
username = ""
password = ""
host = "monitoring.example.com"
port = "9001"
`

// converted converts a configuration and loads the result.
func converted(t *testing.T, toml string) (*Config, []string) {
	t.Helper()
	text, notes, err := Convert([]byte(toml))
	if err != nil {
		t.Fatal(err)
	}
	c := mustLoad(t, text)
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	return c, notes
}

// wantNote wants a note with the words.
func wantNote(t *testing.T, notes []string, words string) {
	t.Helper()
	if !strings.Contains(strings.Join(notes, "\n"), words) {
		t.Errorf("no note says %q:\n%s", words, strings.Join(notes, "\n"))
	}
}

func TestConvert_SampleOfCeSi2(t *testing.T) {
	text, _, err := Convert([]byte(sampleOfCeSi2))
	if err != nil {
		t.Fatal(err)
	}
	want := `[cesi]
activity_log = activity.log
admin_username = admin
database = sqlite:///users.db

[node:products-server]
host = products.example.com
port = 9001
username = root
password = root

[node:analysis-server]
host = analysis.example.com
port = 9002
username = user123
password = pass123
environment = batch

[node:monitoring-server]
host = monitoring.example.com
port = 9001
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	c, notes := converted(t, sampleOfCeSi2)
	if c.Database != "users.db" || c.ActivityLog != "activity.log" || len(c.Nodes) != 3 || c.AdminPassword != "" {
		t.Errorf("it means %+v", c)
	}
	wantNote(t, notes, "admin_password is the sample's")
	wantNote(t, notes, `database "users.db" is relative`)
	wantNote(t, notes, "0.0.0.0")
}

func TestConvert_Passwords(t *testing.T) {
	for _, password := range []string{`;#%`, `a;b#c%d`, `# hash`, `;`, "`tick`", `back\slash\`, `50%(x)s`, `a = b`, `[x]`, "中文 密码", `ends;;`} {
		toml := "[cesi]\n[[nodes]]\nname = \"n\"\nhost = \"h\"\nport = \"1\"\nusername = \"u\"\npassword = '''" + password + "'''\n"
		c, _ := converted(t, toml)
		if got := c.Nodes[0].Password.Reveal(); got != password {
			t.Errorf("got %q, want %q", got, password)
		}
	}
}

func TestConvert_QuotedPasswordIsAWarning(t *testing.T) {
	for literal, password := range map[string]string{`'"quoted"'`: `"quoted"`, `"'single'"`: `'single'`} {
		text, _, err := Convert([]byte("[cesi]\n[[nodes]]\nname = \"n\"\nhost = \"h\"\nusername = \"u\"\npassword = " + literal + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		c := mustLoad(t, text)
		same(t, c.Nodes[0].Password.Reveal(), password)
		same(t, texts(c.Warnings), []string{`cesi.conf:6: node "n": the quotes around password are part of it`})
	}
}

func TestConvert_UnfitPasswordIsLeftOutAndNotShown(t *testing.T) {
	for _, password := range []string{" s3cret", "s3cret ", "s3cret ;x", "s3cret\\nx"} {
		toml := "[cesi]\n[[nodes]]\nname = \"n\"\nhost = \"h\"\nusername = \"u\"\npassword = \"" + password + "\"\n"
		c, notes := converted(t, toml)
		if c.Nodes[0].Password != "" || strings.Contains(strings.Join(notes, ""), "s3cret") {
			t.Errorf("%q: the password is %q, the notes %q", password, c.Nodes[0].Password.Reveal(), notes)
		}
		wantNote(t, notes, `node "n": its password is left out`)
		wantNote(t, notes, "password_file")
	}
}

func TestConvert_KeysOfEarlierVersions(t *testing.T) {
	c, notes := converted(t, `[cesi]
database = "users.db"
host = "0.0.0.0"
port = 5001
name = "Our fleet"
theme = "superhero"
debug = false
`)
	if c.Host != "0.0.0.0" || c.Port != 5001 || c.Name != "Our fleet" || c.Theme != "superhero" {
		t.Errorf("it means %+v", c)
	}
	same(t, notes, []string{
		"[cesi]: debug has no counterpart",
		"[cesi]: host is taken over; CeSi 2.6 and later did not read it from their file, but it counts here",
		"[cesi]: name is taken over; CeSi 2.6 and later did not read it from their file, but it counts here",
		"[cesi]: port is taken over; CeSi 2.6 and later did not read it from their file, but it counts here",
		"[cesi]: theme is taken over; CeSi 2.6 and later did not read it from their file, but it counts here",
	})
}

func TestConvert_NotesUnknownKeys(t *testing.T) {
	c, notes := converted(t, `
debug = true
[cesi]
database = "mysql+pymysql://cesi:s3cret@localhost:3306/cesi"
admin_username = "the admin"
admin_password = "a good one"
secret_key = "s3cret"
[extra]
[[nodes]]
name = "web 1/eu"
host = "10.0.0.1"
port = "9001"
password = "s3cret"
environment = "prod, eu"
colour = "red"
[[nodes]]
name = "web-1-eu"
host = "10.0.0.2"
[[nodes]]
name = ".."
host = "10.0.0.3"
username = "u"
password = ""
`)
	for _, words := range []string{`the database is "mysql+pymysql", and only SQLite`, "[cesi]: secret_key has no counterpart", "[debug] has no counterpart",
		"[extra] has no counterpart", `node "web 1/eu" is called "web-1-eu" now`, `node "web-1-eu" is called "web-1-eu-2" now`,
		`node ".." is called "node-3" now`, `its environment "prod, eu" is called "prod- eu" now`, "its password is left out: it has no username",
		`node "web-1-eu": colour has no counterpart`, `admin_username "the admin" is left out`} {
		wantNote(t, notes, words)
	}
	if strings.Contains(strings.Join(notes, "\n"), "s3cret") {
		t.Errorf("a password is in the notes: %q", notes)
	}
	want := []cesi.Node{{Name: "web-1-eu", URL: "http://10.0.0.1:9001", Environments: []string{"prod- eu"}},
		{Name: "web-1-eu-2", URL: "http://10.0.0.2:9001"}, {Name: "node-3", URL: "http://10.0.0.3:9001", Username: "u"}}
	for i, n := range c.Nodes {
		n.Timeout, n.Follow = 0, false
		if !cmp.Equal(n, want[i]) {
			t.Errorf("node %d is %+v, want %+v", i, n, want[i])
		}
	}
	if c.Database != "cesi.db" || c.AdminPassword.Reveal() != "a good one" {
		t.Errorf("it means %+v", c)
	}
}

func TestConvert_RefusesOtherFiles(t *testing.T) {
	for text, want := range map[string]string{
		"[cesi]\nhost = localhost\n":   "no TOML",
		"[cesi\n":                      "no TOML",
		"title = \"something else\"\n": "no [cesi]",
		"cesi = 1\n":                   "no [cesi]",
	} {
		t.Run(text, func(t *testing.T) {
			if _, _, err := Convert([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: error %v, want %q", text, err, want)
			}
		})
	}
}
