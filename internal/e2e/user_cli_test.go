package e2e

import (
	"net/http"
	"net/url"
	"os"
	"os/user"
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// entry is the part of an activity log entry that these tests need.
type entry struct {
	ID                           int64
	Parent                       int64
	User, Action, Target, Result string
	Message                      string
}

// entries returns the activity log, newest first.
func (b *browser) entries() []entry {
	b.t.Helper()
	var answer struct{ Logs []entry }
	if code := b.api("GET", "/api/v2/activitylogs?format=json", nil, &answer); code != http.StatusOK {
		b.t.Fatalf("the activity log: status %d", code)
	}
	return answer.Logs
}

func (b *browser) apiStatus(method, path string) int {
	b.t.Helper()
	return b.api(method, path, nil, nil)
}

// tryLogin returns the API's status for a name and a password.
func (in *instance) tryLogin(t testing.TB, name, password string) int {
	t.Helper()
	return newBrowser(t, in.url).api("POST", "/api/v2/auth/login", map[string]string{"username": name, "password": password}, nil)
}

// unixUser is the user name of the command line in the activity log.
func unixUser(t testing.TB) string {
	t.Helper()
	if name := os.Getenv("SUDO_USER"); name != "" {
		return name
	}
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return u.Username
}

func TestUserCommand_WhileServerRuns(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.login(t)
	const command = "/api/v2/nodes/nowhere/all-processes/stop"

	in.mustCLI(t, "first password\n", "user", "add", "maria", "--role", "operator", "--password-stdin")
	if out := in.mustCLI(t, "", "user", "list"); !strings.Contains(out, "maria") || !strings.Contains(out, "operator") {
		t.Errorf("the list has no operator maria:\n%s", out)
	}
	maria := newBrowser(t, in.url)
	maria.login("maria", "first password")
	if code := maria.apiStatus("POST", command); code != http.StatusNotFound {
		t.Errorf("an operator's command to an unknown node: status %d, want 404", code)
	}

	in.mustCLI(t, "", "user", "role", "maria", "viewer")
	if code := maria.apiStatus("POST", command); code != http.StatusForbidden {
		t.Errorf("the same after the demotion: status %d, want 403", code)
	}
	if code := maria.apiStatus("GET", "/api/v2/nodes"); code != http.StatusOK {
		t.Errorf("the demotion ended the session: status %d", code)
	}

	in.mustCLI(t, "second password\n", "user", "passwd", "maria", "--password-stdin")
	if code := maria.apiStatus("GET", "/api/v2/nodes"); code != http.StatusUnauthorized {
		t.Errorf("after a new password the old session gets status %d, want 401", code)
	}
	if code := in.tryLogin(t, "maria", "first password"); code != http.StatusUnauthorized {
		t.Errorf("the old password: status %d, want 401", code)
	}
	maria.login("maria", "second password")

	in.mustCLI(t, "", "user", "delete", "maria")
	if code := maria.apiStatus("GET", "/api/v2/nodes"); code != http.StatusUnauthorized {
		t.Errorf("the session of a deleted user gets status %d, want 401", code)
	}
	if _, doc := maria.get("/nodes"); doc.Find("form[action='/login']").Length() == 0 {
		t.Errorf("a deleted user is not led to the login: %s", doc.Find("title").Text())
	}
	wantCLIEntries(t, admin.entries())
}

// wantCLIEntries checks the entries of the command line.
func wantCLIEntries(t *testing.T, log []entry) {
	t.Helper()
	var got []entry
	for _, e := range slices.Backward(log) {
		if strings.HasPrefix(e.User, "cli:") {
			e.ID = 0
			got = append(got, e)
		}
	}
	who := "cli:" + unixUser(t)
	want := []entry{
		{User: who, Action: string(cesi.ActionUserAdd), Target: "maria", Result: string(cesi.OK), Message: "operator"},
		{User: who, Action: string(cesi.ActionUserRole), Target: "maria", Result: string(cesi.OK), Message: "viewer"},
		{User: who, Action: string(cesi.ActionUserPassword), Target: "maria", Result: string(cesi.OK)},
		{User: who, Action: string(cesi.ActionUserDelete), Target: "maria", Result: string(cesi.OK)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries of the command line, wanted - got:\n%s", diff)
	}
}

func TestUserCommand_Refusals(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.mustCLI(t, "long enough\n", "user", "add", "root", "--role", "admin", "--password-stdin")
	for _, test := range []struct{ name, stdin, line, sentence string }{
		{"the last administrator's deletion", "", "delete root", "the last administrator"},
		{"the last administrator's demotion", "", "role root viewer", "the last administrator"},
		{"a password of 73 bytes", strings.Repeat("密", 24) + "!\n", "add maria --role viewer --password-stdin", "at most 72 bytes"},
		{"a password of 7 characters", "sevench\n", "passwd root --password-stdin", "at least 8 characters"},
		{"no password", "", "passwd root --password-stdin", "no password on standard input"},
		{"no terminal", "long enough\n", "passwd root", "--password-stdin"},
		{"a name that is taken", "long enough\n", "add ROOT --role viewer --password-stdin", "cesi: there is already a user \"root\"; case does not count\n"},
		{"a name with a slash", "long enough\n", "add a/b --role viewer --password-stdin", "name"},
		{"nobody's password", "long enough\n", "passwd maria --password-stdin", "there is no user"},
		{"nobody's role", "", "role maria viewer", "there is no user"},
		{"nobody's deletion", "", "delete maria", "there is no user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, code := in.cli(t, test.stdin, append([]string{"user"}, strings.Fields(test.line)...)...)
			wantRefusal(t, out, code, test.sentence)
			if strings.Contains(out, "密") || strings.Contains(out, "sevench") || strings.Contains(out, "long enough") {
				t.Errorf("the password is in the answer: %s", out)
			}
		})
	}
	if out := in.mustCLI(t, "", "user", "list"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "root") {
		t.Errorf("the list has more than root:\n%s", out)
	}
}

func TestUserCommand_MustChangePassword(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	in.mustCLI(t, "first password\n", "user", "add", "maria", "--role", "viewer", "--must-change", "--password-stdin")
	in.mustCLI(t, "first password\n", "user", "add", "tom", "--role", "viewer", "--password-stdin")
	for _, step := range []struct {
		name, password string
		want           int
	}{{"maria", "first password", http.StatusForbidden}, {"tom", "first password", http.StatusOK}, {"tom", "second password", http.StatusForbidden}} {
		if step.password == "second password" {
			in.mustCLI(t, "second password\n", "user", "passwd", step.name, "--must-change", "--password-stdin")
		}
		b := newBrowser(t, in.url)
		b.login(step.name, step.password)
		if code := b.apiStatus("GET", "/api/v2/nodes"); code != step.want {
			t.Errorf("%s with the %s: status %d, want %d", step.name, step.password, code, step.want)
		}
	}
}

func TestUserCommand_PasswordOf72Bytes(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	longest := strings.Repeat("密", 24)
	in.mustCLI(t, longest+"\r\n", "user", "add", "maria", "--role", "viewer", "--password-stdin")
	maria := newBrowser(t, in.url)
	maria.login("maria", longest)
	if code := in.tryLogin(t, "maria", longest+"!"); code != http.StatusUnauthorized {
		t.Errorf("the same with a byte behind it: status %d, want 401", code)
	}
	if code, doc := maria.post("/profile/password", url.Values{"current": {longest}, "new": {longest + "!"}, "repeat": {longest + "!"}}); code != http.StatusBadRequest || !strings.Contains(doc.Text(), "at most 72 bytes") {
		t.Errorf("a longer one on the page: status %d, %s", code, doc.Text())
	}
}
