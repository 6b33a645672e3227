package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// cli runs a subcommand on this instance's configuration.
func (in *instance) cli(t testing.TB, stdin string, args ...string) (string, int) {
	t.Helper()
	return runCesi(t, stdin, append(args, "-c", in.conf)...)
}

// mustCLI is cli for commands that must succeed.
func (in *instance) mustCLI(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	out, code := in.cli(t, stdin, args...)
	if code != 0 {
		t.Fatalf("cesi %s: exit code %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

func wantRefusal(t testing.TB, out string, code int, sentence string) {
	t.Helper()
	if code != 1 || !strings.Contains(out, sentence) {
		t.Errorf("exit code %d, %q; want 1 and %q", code, out, sentence)
	}
}

func TestVersionCommand_Output(t *testing.T) {
	t.Parallel()
	out, code := runCesi(t, "", "version")
	want := fmt.Sprintf("cesi dev (commit unknown, %s)\n", runtime.Version())
	if code != 0 || out != want {
		t.Errorf("exit code %d, %q; want 0 and %q", code, out, want)
	}
}

func TestUsage_WrongExitsWith2(t *testing.T) {
	t.Parallel()
	const (
		serve   = "\nusage: cesi [serve] "
		check   = "\nusage: cesi check "
		user    = "\nusage: cesi user list "
		add     = "\nusage: cesi user add "
		role    = "\nusage: cesi user role "
		convert = "\nusage: cesi convert "
	)
	for line, want := range map[string]string{
		"dance":            "there is no command \"dance\"\n\"cesi help\" says",
		"--dance":          "serve: unknown option --dance" + serve,
		"-x":               "serve: unknown option -x" + serve,
		"serve -c":         "serve: -c needs a value" + serve,
		"serve now":        `serve: what is "now"? A configuration is named with -c FILE.` + serve,
		"check ./it.conf":  `check: what is "./it.conf"? A configuration is named with -c FILE.` + check,
		"check --conect":   "check: unknown option --conect" + check,
		"check -conect":    "check: unknown option --conect" + check,
		"version 2":        "version: what is \"2\"?\nusage: cesi version ",
		"convert":          "convert: it takes one file, not 0" + convert,
		"user":             "user: want list, add, passwd, role or delete" + user,
		"user dance":       `user: what is "dance"?` + user,
		"user add":         "user add: it takes 1 argument, not 0" + add,
		"user add a b":     "user add: it takes 1 argument, not 2" + add,
		"user add maria":   "user add: --role is missing: want admin, operator, logreader or viewer" + add,
		"user list a":      "user list: it takes 0 arguments, not 1" + user,
		"user role maria":  "user role: it takes 2 arguments, not 1" + role,
		"user role m king": `user role: "king" is not a role: want admin, operator, logreader or viewer` + role,
		"user add maria --role king --password-stdin": `user add: "king" is not a role: want admin, operator, logreader or viewer` + add,
	} {
		t.Run(line, func(t *testing.T) {
			out, code := runCesi(t, "", strings.Fields(line)...)
			if code != 2 || !strings.HasPrefix(out, "cesi: "+want) {
				t.Errorf("cesi %s: exit code %d, want 2 and %q:\n%s", line, code, want, out)
			}
			if lines := strings.Count(out, "\n"); lines > 6 {
				t.Errorf("cesi %s: %d lines for a slip", line, lines)
			}
		})
	}
}

func TestUsage_HelpExitsWith0(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"help", "-h", "serve --help", "check -h", "user -h", "version -h"} {
		out, code := runCesi(t, "", strings.Fields(line)...)
		if code != 0 || !strings.Contains(out, "usage: cesi") {
			t.Errorf("cesi %s: exit code %d, want 0 and the usage:\n%s", line, code, out)
		}
	}
}

func TestCheck_ProblemsHaveFileAndLine(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.write(t, "more.conf", "[node:web-2]\nport = 9001\n")
	in.write(t, "cesi.conf", `[include]
files = more.conf
[node:web-1]
host = 10.0.0.1
port = 90o1
[node:web-1]
host = 10.0.0.2
[environment:production]
members = web-1, web-3
[cesi]
porrt = 5000
`)
	out, code := in.cli(t, "", "check")
	for _, want := range []string{
		`cesi.conf:5: node "web-1": port "90o1" is not a number`, "cesi.conf:6: ", "cesi.conf:9: ", "more.conf:1: ",
		"warning: " + in.conf + `:11: [cesi]: unknown key "porrt"; did you mean "port"?`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in what it says:\n%s", want, out)
		}
	}
	if code != 1 || strings.Contains(out, "fine") {
		t.Errorf("exit code %d, want 1:\n%s", code, out)
	}
}

func TestCheck_WarnsOnGoodFile(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "[node:web-1]\nhost = 10.0.0.1\n", "porrt = 5000")
	out, code := in.cli(t, "", "check")
	if code != 0 || !strings.Contains(out, "fine, 1 node\n") {
		t.Errorf("exit code %d, want 0 and a fine node:\n%s", code, out)
	}
	if !strings.Contains(out, `warning: `+in.conf) || !strings.Contains(out, `"porrt"`) || !strings.Contains(out, `"port"`) {
		t.Errorf("no warning that suggests port for porrt:\n%s", out)
	}
}

func TestCheck_WarnsOfWeakAdminPassword(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"s3cret": "at least 8 characters", "Trustno1": "too common", "a quiet afternoon": "",
	} {
		t.Run("want "+want, func(t *testing.T) { // not the password: the name is part of the file's path
			in := writeConf(t, "")
			in.write(t, "cesi.conf", "[cesi]\nadmin_password = "+password+"\n[node:web-1]\nhost = 10.0.0.1\n")
			out, code := in.cli(t, "", "check")
			if code != 0 || strings.Contains(out, "admin_password: ") != (want != "") || !strings.Contains(out, want) || strings.Contains(out, password) {
				t.Errorf("%q: exit code %d: %s", password, code, out)
			}
		})
	}
}

func TestCheckConnect_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	closed := supervisortest.Options{Username: "cesi", Password: "right"}
	fine, hanging := supervisortest.Start(t, closed), supervisortest.Start(t, supervisortest.Options{})
	hanging.Pause()
	website := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>Welcome</title>")
	}))
	t.Cleanup(website.Close)
	stranger := fine.Node("stranger")
	stranger.Password = "wr0ng"
	in := writeConf(t, "[node]\ntimeout = 5\n"+nodesConf(
		fine.Node("fine"), stranger, hanging.Node("hanging"),
		cesi.Node{Name: "website", URL: website.URL},
		cesi.Node{Name: "down", URL: fmt.Sprintf("http://127.0.0.1:%d", supervisortest.FreePort(t))},
		cesi.Node{Name: "missing", Socket: "/nowhere/supervisor.sock"},
	))
	out, code := in.cli(t, "", "check", "--connect")
	got := map[string]string{}
	for line := range strings.Lines(out) {
		if node, says, found := strings.Cut(line, "): "); found {
			name, _, _ := strings.Cut(node, " (")
			got[name] = strings.TrimSpace(says)
		}
	}
	want := map[string]string{
		"fine":     "fine, supervisord " + supervisorVersion(t) + " with 0 processes",
		"stranger": "It wants another user or password: check username and password.",
		"hanging":  "It took the connection, but did not answer in time: supervisord may be stuck or overloaded.",
		"website":  "What answers there sends a web page instead of XML-RPC: check host, port and path; the log-in page of a proxy looks like this too.",
		"down":     "Nothing listens there: is supervisord running, and its [inet_http_server] port the one configured here?",
		"missing":  "There is no socket /nowhere/supervisor.sock: is supervisord running?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wanted - got:\n%s", diff)
	}
	if code != 1 || !strings.Contains(out, "5 of 6 nodes can't be used") {
		t.Errorf("exit code %d, want 1 and a count:\n%s", code, out)
	}
	for _, secret := range []string{"right", "wr0ng"} {
		if strings.Contains(out, secret) {
			t.Errorf("a password in the output:\n%s", out)
		}
	}
}

func supervisorVersion(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "supervisord", "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
