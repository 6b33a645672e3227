package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func startSession(t *testing.T, db *DB, u cesi.User, token byte, ends byte) cesi.Session {
	t.Helper()
	s := cesi.Session{Token: cesi.TokenHash{token}, User: u, Created: noon, LastSeen: noon,
		Expires: noon.Add(time.Hour), Address: "10.1.2.3", UserAgent: "curl"}
	if err := db.StartSession(t.Context(), s, "hash of "+u.Name, cesi.TokenHash{ends}); err != nil {
		t.Fatal(err)
	}
	return s
}

func wantSessions(t *testing.T, db *DB, want string) {
	t.Helper()
	got := ""
	for token := byte('a'); token <= 'z'; token++ {
		if _, err := db.Session(t.Context(), cesi.TokenHash{token}); err == nil {
			got += string(rune(token))
		} else if cesi.KindOf(err) != cesi.NotFound {
			t.Fatal(err)
		}
	}
	if got != want {
		t.Errorf("sessions %q, want %q", got, want)
	}
}

func TestSession_HasCurrentUser(t *testing.T) {
	db, path := openTest(t)
	db.now = atNoon
	want := startSession(t, db, addUser(t, db, "ann", cesi.Admin), 'a', 0)
	addUser(t, db, "bob", cesi.Admin)
	if err := reopenTest(t, path).SetRole(t.Context(), "ann", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	want.User.Role, want.User.LastLogin = cesi.Viewer, noon
	got, err := db.Session(t.Context(), want.Token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSession_StartEndsReplaced(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	startSession(t, db, ann, 'a', 0)
	startSession(t, db, ann, 'b', 0)
	startSession(t, db, ann, 'c', 'a')
	wantSessions(t, db, "bc")
}

func TestSession_NotStartedWithOldPassword(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	if err := db.SetPassword(t.Context(), "ann", "new", true); err != nil {
		t.Fatal(err)
	}
	err := db.StartSession(t.Context(), cesi.Session{Token: cesi.TokenHash{'a'}, User: ann}, "hash of ann", cesi.TokenHash{})
	wantKind(t, err, cesi.Unauthorized, "changed")
	wantSessions(t, db, "")
}

func TestSession_EndsWithPasswordAndUser(t *testing.T) {
	db, path := openTest(t)
	cli := reopenTest(t, path)
	ann, bob, eve := addUser(t, db, "ann", cesi.Admin), addUser(t, db, "bob", cesi.Viewer), addUser(t, db, "eve", cesi.Viewer)
	startSession(t, db, ann, 'a', 0)
	startSession(t, db, bob, 'b', 0)
	startSession(t, db, eve, 'e', 0)
	if err := cli.SetPassword(t.Context(), "bob", "new", true); err != nil {
		t.Fatal(err)
	}
	if err := cli.DeleteUser(t.Context(), "eve"); err != nil {
		t.Fatal(err)
	}
	wantSessions(t, db, "a")
}

func TestChangePassword_LeavesOneSession(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	startSession(t, db, ann, 'a', 0)
	startSession(t, db, ann, 'b', 0)
	next := cesi.Session{Token: cesi.TokenHash{'c'}, User: ann}
	if err := db.ChangePassword(t.Context(), "hash of ann", "new", next); err != nil {
		t.Fatal(err)
	}
	wantSessions(t, db, "c")
	next.Token = cesi.TokenHash{'d'}
	wantKind(t, db.ChangePassword(t.Context(), "hash of ann", "newer", next), cesi.Conflict, "changed")
	wantSessions(t, db, "c")
}

func TestSession_UnusedAreDeleted(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	used := startSession(t, db, ann, 'a', 0)
	startSession(t, db, ann, 'b', 0)
	if err := db.TouchSessions(t.Context(), map[cesi.TokenHash]time.Time{used.Token: noon.Add(2 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		idleSince time.Time
		want      string
	}{{time.Time{}, "ab"}, {noon.Add(-time.Second), "ab"}, {noon, "a"}, {noon.Add(2 * time.Minute), ""}} {
		if _, err := db.DeleteExpiredSessions(t.Context(), noon, test.idleSince); err != nil {
			t.Fatal(err)
		}
		wantSessions(t, db, test.want)
	}
}

func TestSession_ExpiredAreDeleted(t *testing.T) {
	db, _ := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	for token := byte('a'); token <= 'c'; token++ {
		s := cesi.Session{Token: cesi.TokenHash{token}, User: ann, Created: noon, Expires: noon.Add(time.Duration(token-'a') * time.Hour)}
		if err := db.StartSession(t.Context(), s, "hash of ann", cesi.TokenHash{}); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := db.DeleteExpiredSessions(t.Context(), noon.Add(time.Minute), time.Time{}); n != 1 || err != nil {
		t.Errorf("deleted %d, error %v, want 1", n, err)
	}
	later := noon.Add(30 * time.Minute)
	if err := db.TouchSessions(t.Context(), map[cesi.TokenHash]time.Time{{'b'}: later, {'z'}: later}); err != nil {
		t.Fatal(err)
	}
	if s, err := db.Session(t.Context(), cesi.TokenHash{'b'}); err != nil || !s.LastSeen.Equal(later) {
		t.Errorf("last seen %v, error %v, want %v", s.LastSeen, err, later)
	}
	if err := db.EndSession(t.Context(), cesi.TokenHash{'c'}); err != nil {
		t.Fatal(err)
	}
	wantSessions(t, db, "b")
}

func TestSession_UserAgentIsBounded(t *testing.T) {
	db, _ := openTest(t)
	s := cesi.Session{Token: cesi.TokenHash{'a'}, User: addUser(t, db, "ann", cesi.Admin), UserAgent: strings.Repeat("é", 1000)}
	if err := db.StartSession(t.Context(), s, "hash of ann", cesi.TokenHash{}); err != nil {
		t.Fatal(err)
	}
	got, err := db.Session(t.Context(), s.Token)
	if want := strings.Repeat("é", maxUserAgent/2); err != nil || got.UserAgent != want {
		t.Errorf("user agent of %d bytes, error %v, want %d", len(got.UserAgent), err, len(want))
	}
}
