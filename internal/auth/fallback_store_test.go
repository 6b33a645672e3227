package auth

import (
	"context"
	"errors"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// fullDisk is a store that begins no session while it is full.
type fullDisk struct {
	Store
	full bool
}

func (d *fullDisk) StartSession(ctx context.Context, s cesi.Session, hash string, ends cesi.TokenHash) error {
	if d.full {
		return errors.New("database or disk is full")
	}
	return d.Store.StartSession(ctx, s, hash, ends)
}

func (d *fullDisk) TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error {
	if d.full {
		return errors.New("database or disk is full")
	}
	return d.Store.TouchSessions(ctx, seen)
}

// newFullDiskFixture is a fixture whose sessions can't be stored, with ann and bob.
func newFullDiskFixture(t *testing.T) (*fixture, *fullDisk) {
	t.Helper()
	b := newFixture(t)
	disk := &fullDisk{Store: b.db, full: true}
	b.store = newFallbackStore(disk, b.Service.log)
	b.add("ann", cesi.Operator)
	b.add("bob", cesi.Admin)
	return b, disk
}

func TestFallbackStore_SessionWorks(t *testing.T) {
	b, _ := newFullDiskFixture(t)
	token, other := b.login("ann"), b.login("ann")
	b.wantLoggedIn(token, true)
	if err := b.SetRole(t.Context(), root, "ann", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	if user, err := b.Session(t.Context(), token); err != nil || user.Role != cesi.Viewer {
		t.Errorf("after a demotion: %v, %v", user.Role, err)
	}
	if list, err := b.Sessions(t.Context(), "ann"); err != nil || len(list) != 2 {
		t.Errorf("%d sessions, %v", len(list), err)
	}
	if err := b.Logout(t.Context(), token, cesi.Actor{User: "ann"}); err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(token, false)
	b.wantLoggedIn(other, true)
	b.clock.pass(b.sessionLifetime())
	b.wantLoggedIn(other, false)
}

func TestFallbackStore_SessionsEnd(t *testing.T) {
	t.Parallel()
	ann := cesi.Actor{User: "ann", Role: cesi.Operator}
	for name, end := range map[string]func(b *fixture, own, other string) error{
		"a new password": func(b *fixture, _, _ string) error {
			return b.SetPassword(b.t.Context(), root, "ann", "another password", false)
		},
		"a deletion": func(b *fixture, _, _ string) error { return b.DeleteUser(b.t.Context(), root, "ann") },
		"by its ID": func(b *fixture, _, other string) error {
			return b.EndSession(b.t.Context(), ann, SessionID(other))
		},
		"all others":          func(b *fixture, own, _ string) error { return b.EndOtherSessions(b.t.Context(), ann, own) },
		"by an administrator": func(b *fixture, _, _ string) error { return b.EndSessions(b.t.Context(), root, "ANN") },
	} {
		t.Run(name, func(t *testing.T) {
			b, _ := newFullDiskFixture(t)
			own, other, bob := b.login("ann"), b.login("ann"), b.login("bob")
			if err := end(b, own, other); err != nil {
				t.Fatal(err)
			}
			b.wantLoggedIn(other, false)
			b.wantLoggedIn(own, name == "by its ID" || name == "all others")
			b.wantLoggedIn(bob, true)
		})
	}
}

func TestFallbackStore_StoresSessionLater(t *testing.T) {
	b, disk := newFullDiskFixture(t)
	kept, changed := b.login("ann"), b.login("bob")
	b.tidy(t.Context())
	b.wantLoggedIn(kept, true)
	if err := b.SetPassword(t.Context(), root, "bob", "another password", false); err != nil {
		t.Fatal(err)
	}
	disk.full = false
	b.tidy(t.Context())
	next := newFixtureOn(t, b.path, b.clock) // after a restart
	next.wantLoggedIn(kept, true)
	next.wantLoggedIn(changed, false)
}

func TestFallbackStore_WrongPassword(t *testing.T) {
	b, _ := newFullDiskFixture(t)
	b.wantKind(b.tryLogin("ann", "wrong"), cesi.Unauthorized, "wrong user name or password")
}

func TestFallbackStore_SessionsPerUserAreBounded(t *testing.T) {
	b, disk := newFullDiskFixture(t)
	disk.full = false
	bob, stored := b.login("bob"), b.login("ann")
	disk.full = true
	var tokens []string
	for range cesi.MaxSessions + 1 {
		b.clock.pass(time.Second)
		tokens = append(tokens, b.login("ann"))
	}
	b.wantLoggedIn(bob, true)
	b.wantLoggedIn(tokens[0], false)
	b.wantLoggedIn(tokens[1], true)
	if list, err := b.Sessions(t.Context(), "ann"); err != nil || len(list) != cesi.MaxSessions {
		t.Errorf("%d sessions are listed, %v", len(list), err)
	}
	disk.full = false
	b.Flush(t.Context())
	b.wantLoggedIn(stored, false)
	b.wantLoggedIn(tokens[1], true)
	b.wantLoggedIn(tokens[cesi.MaxSessions], true)
}

func TestFallbackStore_FullEndsOldestSession(t *testing.T) {
	t.Parallel()
	b, disk := newFullDiskFixture(t)
	store := newFallbackStore(disk, b.Service.log)
	begin := func(i int) cesi.TokenHash {
		t.Helper()
		b.clock.pass(time.Second)
		session := cesi.Session{Token: cesi.TokenHash{byte(i), byte(i >> 8)}, User: cesi.User{ID: int64(i), Name: "ann"}, Created: b.clock.now(), Expires: b.clock.now().Add(time.Hour)}
		if err := store.StartSession(t.Context(), session, "hash", cesi.TokenHash{}); err != nil {
			t.Fatal(err)
		}
		return session.Token
	}
	oldest := begin(0)
	for i := range maxFallback {
		begin(i + 1)
	}
	if store.drop(oldest) || len(store.sessions) != maxFallback {
		t.Errorf("the oldest is still there, or one of %d others is not", len(store.sessions))
	}
	began := b.clock.now().Add(-time.Hour)
	if accounts, err := store.Accounts(t.Context(), began, b.clock.now()); err != nil || accounts[0].Sessions != maxFallback {
		t.Errorf("counted are %v, %v", accounts, err)
	}
	b.clock.pass(time.Hour)
	if _, err := store.DeleteExpiredSessions(t.Context(), b.clock.now(), time.Time{}); err != nil || len(store.sessions) != 0 {
		t.Errorf("%d that are over are kept, %v", len(store.sessions), err)
	}
}
