package auth

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

// bootstrapped makes the first administrator and returns its password.
func bootstrapped(t *testing.T, b *fixture) (file, password string) {
	t.Helper()
	file, err := b.Bootstrap(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, strings.TrimSpace(string(text))
}

func wantGone(t *testing.T, file string, gone bool) {
	t.Helper()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) != gone {
		t.Errorf("%s is gone: %v, want %v", file, !gone, gone)
	}
}

func TestBootstrap_PasswordOnlyInPrivateFile(t *testing.T) {
	b := newFixture(t)
	file, password := bootstrapped(t, b)
	if file != b.path+".initial-password" || len(password) < 20 {
		t.Errorf("password of %d characters in %s", len(password), file)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if strings.Contains(b.log.String()+strings.Join(b.lines(), ""), password) {
		t.Error("the password is in a log")
	}
	if left, err := os.ReadDir(strings.TrimSuffix(b.path, "/cesi.db")); err != nil || len(left) != 4 {
		t.Errorf("files %v, error %v: want database, -wal, -shm and password", left, err)
	}

	b.wantKind(b.tryLogin("admin", "wrong"), cesi.Unauthorized, "wrong")
	wantGone(t, file, false)
	token, user, err := b.Login(t.Context(), "Admin", password, home, "", "", "")
	if err != nil || user.Role != cesi.Admin || !user.MustChange {
		t.Fatalf("%+v, error %v", user, err)
	}
	wantGone(t, file, true)
	actor := cesi.Actor{User: user.Name, Role: user.Role, Address: home}
	if _, err := b.ChangePassword(t.Context(), actor, token, password, "my own choice"); err != nil {
		t.Fatal(err)
	}
	if err := b.tryLogin("admin", "my own choice"); err != nil {
		t.Error(err)
	}
}

func TestBootstrap_PasswordFileIsRemovedAfterUse(t *testing.T) {
	for name, end := range map[string]func(b *fixture, password string) error{
		"login": func(b *fixture, password string) error { return b.tryLogin("admin", password) },
		"password": func(b *fixture, _ string) error {
			return b.SetPassword(b.t.Context(), root, "admin", "a-b-c-4-", false)
		},
		"delete": func(b *fixture, _ string) error {
			b.add("ann", cesi.Admin)
			return b.DeleteUser(b.t.Context(), root, "admin")
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFixture(t)
			file, password := bootstrapped(t, b)
			if err := end(newFixtureOn(t, b.path, b.clock), password); err != nil {
				t.Fatal(err)
			}
			wantGone(t, file, true)
		})
	}
}

func TestBootstrap_ReplacesFileOfCrashedStart(t *testing.T) {
	b := newFixture(t)
	if err := os.WriteFile(b.initial, []byte("of a user that was never stored\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, password := bootstrapped(t, b)
	if err := b.tryLogin("admin", password); err != nil {
		t.Error(err)
	}
}

func TestBootstrap_NothingIfUsersExist(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Viewer)
	for _, password := range []cesi.Secret{"", "a-b-c-4-"} {
		if file, err := b.Bootstrap(t.Context(), "root", password); file != "" || err != nil {
			t.Errorf("file %q, error %v", file, err)
		}
	}
	wantGone(t, b.initial, true)
	if users, err := b.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("users %v, error %v", users, err)
	}
}

func TestBootstrap_ConfiguredAdmin(t *testing.T) {
	for name, want := range map[string]string{"": "admin", "boss": "boss"} {
		b := newFixture(t)
		if file, err := b.Bootstrap(t.Context(), name, "admin"); file != "" || err != nil {
			t.Fatalf("file %q, error %v", file, err)
		}
		_, user, err := b.Login(t.Context(), want, "admin", home, "", "", "")
		if err != nil || user.Role != cesi.Admin || user.MustChange {
			t.Errorf("%+v, error %v", user, err)
		}
		if !strings.Contains(b.log.String(), "admin_password is weak") {
			t.Errorf("log %q", b.log)
		}
	}
}

func TestBootstrap_InvalidConfiguredAdmin(t *testing.T) {
	b := newFixture(t)
	_, err := b.Bootstrap(t.Context(), "a b", "a-b-c-4-")
	b.wantKind(err, cesi.Invalid, "letters, digits")
	_, err = b.Bootstrap(t.Context(), "boss", cesi.Secret(strings.Repeat("x", 73)))
	b.wantKind(err, cesi.Invalid, "admin_password")
}

func TestBootstrap_UnwritableFileFails(t *testing.T) {
	b := newFixture(t)
	if err := os.MkdirAll(b.initial+"/in the way", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Bootstrap(t.Context(), "", ""); err == nil || !strings.Contains(err.Error(), "can't be written") {
		t.Errorf("error %v", err)
	}
	if users, err := b.Users(t.Context()); err != nil || len(users) != 0 {
		t.Errorf("users %v, error %v: one whose password nobody knows", users, err)
	}
}
