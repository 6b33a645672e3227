package auth

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestSessions_PerUserAreBounded(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Admin)
	bob, used := b.login("bob"), b.login("ann")
	var tokens []string
	for range cesi.MaxSessions {
		b.clock.pass(time.Minute)
		tokens = append(tokens, b.login("ann"))
		b.wantLoggedIn(used, true)
		b.Flush(t.Context())
	}
	b.wantLoggedIn(bob, true)
	b.wantLoggedIn(used, true)
	b.wantLoggedIn(tokens[0], false)
	b.wantLoggedIn(tokens[1], true)
	if list, err := b.Sessions(t.Context(), "ann"); err != nil || len(list) != cesi.MaxSessions {
		t.Errorf("%d sessions are listed, %v", len(list), err)
	}
	b.clock.pass(-time.Minute) // the newest begins, even if the clock was set back
	b.wantLoggedIn(b.login("ann"), true)
}

func TestSessions_ListAndEndOwn(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Operator)
	ann, here, there := b.login("ann"), b.login("bob"), b.login("bob")
	b.lines()
	b.clock.pass(2 * time.Minute)
	b.wantLoggedIn(here, true)
	list, err := b.Sessions(t.Context(), "bob")
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for _, s := range list {
		if want := s.Token.ID() == SessionID(here); s.LastSeen.Equal(b.clock.now()) != want {
			t.Errorf("session %s was last seen %v, and it is %v", s.Token.ID(), s.LastSeen, b.clock.now())
		}
	}
	b.wantKind(b.EndSession(t.Context(), bobHere, SessionID(ann)), cesi.NotFound, "ended already")
	if err := b.EndSession(t.Context(), bobHere, SessionID(there)); err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(there, false)
	third := b.login("bob")
	if err := b.EndOtherSessions(t.Context(), bobHere, here); err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(third, false)
	b.wantLoggedIn(here, true)
	b.wantKind(b.EndOtherSessions(t.Context(), bobHere, "cesi_x"), cesi.Unauthorized, "not logged in")
	b.wantKind(b.EndSessions(t.Context(), bobHere, "ann"), cesi.Forbidden, "only administrators")
	if err := b.EndSessions(t.Context(), root, "bob"); err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(here, false)
	b.wantLoggedIn(ann, true)
	want := []string{
		"bob|192.0.2.7|session end|bob|failed|this session has ended already",
		"bob|192.0.2.7|session end|bob|ok|the one from 192.0.2.7",
		"bob|192.0.2.7|login||ok|",
		"bob|192.0.2.7|session end|bob|ok|1 session",
		"bob|192.0.2.7|session end|bob|failed|not logged in",
		"bob|192.0.2.7|session end|ann|failed|only administrators manage users",
		"cli:root||session end|bob|ok|1 session",
	}
	if diff := cmp.Diff(want, b.lines()); diff != "" {
		t.Error(diff)
	}
}

func TestSessions_ExpiredAreNotListed(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.login("ann")
	count := func() [2]int {
		list, err := b.Sessions(t.Context(), "ann")
		if err != nil {
			t.Fatal(err)
		}
		accounts, err := b.Accounts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return [2]int{len(list), accounts[0].Sessions}
	}
	b.clock.pass(time.Minute)
	if got := count(); got != [2]int{1, 1} {
		t.Errorf("%v sessions, want 1", got)
	}
	b.SetSessionLifetime(time.Minute)
	if got := count(); got != [2]int{} {
		t.Errorf("%v sessions with a shorter lifetime, want none", got)
	}
	b.SetSessionLifetime(time.Hour)
	b.clock.pass(time.Hour)
	if got := count(); got != [2]int{} {
		t.Errorf("%v sessions after an hour, want none", got)
	}
}
