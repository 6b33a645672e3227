package auth

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// fixture is a service on a real database.
type fixture struct {
	*Service
	t     *testing.T
	db    *store.DB
	path  string
	clock *clock
	notes *notes
	log   *bytes.Buffer
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	return newFixtureOn(t, filepath.Join(t.TempDir(), "cesi.db"), newClock())
}

// newFixtureOn is one more process on a database.
func newFixtureOn(t *testing.T, path string, c *clock) *fixture {
	t.Helper()
	db, err := store.Open(t.Context(), path, c.now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := &fixture{t: t, db: db, path: path, clock: c, notes: &notes{}, log: &bytes.Buffer{}}
	b.Service = New(Options{Store: db, Journal: b.notes, Log: slog.New(slog.NewTextHandler(b.log, nil)), Now: c.now,
		SessionLifetime: time.Hour, Cost: bcrypt.MinCost, Database: path})
	return b
}

var root = cesi.Actor{User: "cli:root", Role: cesi.Admin}

const home = "192.0.2.7"

func (b *fixture) add(name string, role cesi.Role) {
	b.t.Helper()
	if err := b.AddUser(b.t.Context(), root, name, "password of "+name, role, false); err != nil {
		b.t.Fatal(err)
	}
}

func (b *fixture) login(name string) string {
	b.t.Helper()
	token, _, err := b.Login(b.t.Context(), name, "password of "+name, home, "test", "", "")
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// tryLogin returns the error of a login.
func (b *fixture) tryLogin(name, password string) error {
	_, _, err := b.Login(b.t.Context(), name, password, home, "test", "", "")
	return err
}

func (b *fixture) wantLoggedIn(token string, want bool) {
	b.t.Helper()
	_, err := b.Session(b.t.Context(), token)
	if want && err != nil {
		b.t.Errorf("not logged in: %v", err)
	}
	if !want {
		b.wantKind(err, cesi.Unauthorized, "not logged in")
	}
}

func (b *fixture) wantKind(err error, kind cesi.Kind, words string) {
	b.t.Helper()
	if err == nil || cesi.KindOf(err) != kind || !strings.Contains(cesi.TextOf(err).String(), words) {
		b.t.Errorf("error %v (%v), want %v and %q", err, cesi.KindOf(err), kind, words)
	}
}

// lines returns the activity log in short.
func (b *fixture) lines() []string {
	b.notes.mu.Lock()
	defer b.notes.mu.Unlock()
	var lines []string
	for _, e := range b.notes.entries {
		line := strings.Join([]string{e.User, e.Address, string(e.Action), e.Target, string(e.Result), e.Message.String()}, "|")
		lines = append(lines, line)
	}
	b.notes.entries = nil
	return lines
}
