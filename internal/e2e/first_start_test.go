package e2e

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// initialPassword is the first administrator's, from its file.
func (in *instance) initialPassword(t testing.TB) string {
	t.Helper()
	return strings.TrimSpace(in.read(t, "cesi.db.initial-password"))
}

// withoutAdminPassword takes the password out of the configuration.
func (in *instance) withoutAdminPassword(t testing.TB) {
	t.Helper()
	in.write(t, "cesi.conf", regexp.MustCompile(`(?m)^admin_password = .*$`).ReplaceAllString(in.read(t, "cesi.conf"), ""))
}

// changePassword changes the own password, on the page.
func (b *browser) changePassword(old, next string) {
	b.t.Helper()
	code, doc := b.post("/profile/password", url.Values{"current": {old}, "new": {next}, "repeat": {next}})
	if code != http.StatusOK || !strings.Contains(doc.Text(), "Your password is changed") {
		b.t.Fatalf("change of the password: status %d, %s", code, doc.Text())
	}
}

func TestFirstStart_NamesWholePaths(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.withoutAdminPassword(t)
	in.write(t, "cesi.conf", strings.ReplaceAll(in.read(t, "cesi.conf"), in.path("cesi.db"), "cesi.db"))
	in.conf = "./cesi.conf"
	in.start(t)
	in.waitReady(t)
	if want := "file=" + in.path("cesi.db.initial-password"); !strings.Contains(in.log.String(), want) {
		t.Errorf("%q is not in the log:\n%s", want, in.log)
	}
	password := in.initialPassword(t)
	b := newBrowser(t, in.url)
	b.login("admin", password)
	b.changePassword(password, adminPassword)
	_, about := b.get("/about")
	for _, want := range []string{in.path("cesi.conf"), in.path("cesi.db")} {
		if !strings.Contains(about.Text(), want) {
			t.Errorf("the page does not name %s: %s", want, about.Find("main").Text())
		}
	}
}

func TestFirstStart_AdminMustChangePassword(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.withoutAdminPassword(t)
	in.start(t)
	in.waitReady(t)
	file := in.path("cesi.db.initial-password")
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("the file's mode is %v, want 0600", info.Mode())
	}
	if !strings.Contains(in.log.String(), file) {
		t.Errorf("the log does not name the file:\n%s", in.log)
	}
	password := in.initialPassword(t)
	if len(password) < 20 {
		t.Errorf("the password has only %d characters", len(password))
	}

	b := newBrowser(t, in.url)
	b.login("admin", password)
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("after the first login the file is still there: %v", err)
	}
	for _, page := range []string{"/", "/nodes", "/activity"} {
		if _, doc := b.get(page); doc.Find("form[action='/profile/password']").Length() == 0 {
			t.Errorf("%s before the password is changed: %s", page, doc.Find("title").Text())
		}
	}
	if code := b.apiStatus("GET", "/api/v2/nodes"); code != http.StatusForbidden {
		t.Errorf("the API before the password is changed: status %d, want 403", code)
	}
	if code, doc := b.post("/profile/password", url.Values{"current": {password}, "new": {password}, "repeat": {password}}); code != http.StatusBadRequest {
		t.Errorf("the same password again: status %d, %s", code, doc.Find(".problem").Text())
	}
	b.changePassword(password, adminPassword)
	if code := b.apiStatus("GET", "/api/v2/nodes"); code != http.StatusOK {
		t.Errorf("the API after it: status %d", code)
	}
	if code := in.tryLogin(t, "admin", password); code != http.StatusUnauthorized {
		t.Errorf("the first password after it: status %d, want 401", code)
	}
	for _, secret := range []string{password, adminPassword} {
		if strings.Contains(in.log.String(), secret) {
			t.Errorf("a password in the log:\n%s", in.log)
		}
	}
}

func TestFirstStart_ConfiguredAdmin(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "admin_username = root", "log_level = debug")
	in.start(t)
	in.waitReady(t)
	b := newBrowser(t, in.url)
	b.login("root", adminPassword)
	if code := b.apiStatus("GET", "/api/v2/nodes"); code != http.StatusOK {
		t.Errorf("the API right after the login: status %d", code)
	}
	if code := in.tryLogin(t, "admin", adminPassword); code != http.StatusUnauthorized {
		t.Errorf("there is an admin too: status %d", code)
	}
	if _, err := os.Stat(in.path("cesi.db.initial-password")); !os.IsNotExist(err) {
		t.Errorf("a file with a first password: %v", err)
	}
	if strings.Contains(in.log.String(), adminPassword) {
		t.Errorf("the password is in the log:\n%s", in.log)
	}
	in.terminate(t)
	in.write(t, "cesi.conf", strings.Replace(in.read(t, "cesi.conf"), "admin_password = "+adminPassword, "admin_password = another one", 1))
	in.start(t)
	in.waitReady(t)
	if code := in.tryLogin(t, "root", "another one"); code != http.StatusUnauthorized {
		t.Errorf("admin_password counts while there are users: status %d", code)
	}
}

func TestFirstStart_ExistingUserMakesNoAdmin(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "")
	in.withoutAdminPassword(t)
	in.mustCLI(t, "long enough\n", "user", "add", "maria", "--role", "admin", "--password-stdin")
	in.start(t)
	in.waitReady(t)
	if _, err := os.Stat(in.path("cesi.db.initial-password")); !os.IsNotExist(err) {
		t.Errorf("a file with a first password: %v", err)
	}
	newBrowser(t, in.url).login("maria", "long enough")
}
