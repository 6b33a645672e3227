package auth

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestUsers_OnlyAdminsChangeThem(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Viewer)
	changes := map[string]func(ctx context.Context, actor cesi.Actor) error{
		"add": func(ctx context.Context, a cesi.Actor) error {
			return b.AddUser(ctx, a, "new", "a-b-c-4-", cesi.Viewer, false)
		},
		"password": func(ctx context.Context, a cesi.Actor) error { return b.SetPassword(ctx, a, "bob", "a-b-c-4-", false) },
		"role":     func(ctx context.Context, a cesi.Actor) error { return b.SetRole(ctx, a, "bob", cesi.Operator) },
		"delete":   func(ctx context.Context, a cesi.Actor) error { return b.DeleteUser(ctx, a, "bob") },
	}
	for _, name := range []string{"add", "password", "role", "delete"} {
		for _, role := range append(cesi.Roles()[1:], cesi.Role(-1), cesi.Role(4)) {
			b.wantKind(changes[name](t.Context(), cesi.Actor{User: "eve", Role: role}), cesi.Forbidden, "only administrators")
		}
		b.lines()
		if err := changes[name](t.Context(), cesi.Actor{User: "ann", Role: cesi.Admin, Address: home}); err != nil {
			t.Errorf("%s by an administrator: %v", name, err)
		}
		if got := b.lines(); len(got) != 1 || !strings.HasPrefix(got[0], "ann|192.0.2.7|user "+name) {
			t.Errorf("logged %v", got)
		}
	}
}

func TestUsers_ChangesAndRefusalsAreLogged(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.lines()
	ctx := t.Context()
	actor := cesi.Actor{User: "ann", Role: cesi.Admin, Address: home}
	long := strings.Repeat("x", 73)

	b.wantKind(b.AddUser(ctx, actor, "a b", "a-b-c-4-", cesi.Viewer, false), cesi.Invalid, "letters, digits")
	b.wantKind(b.AddUser(ctx, actor, "bob", "1234567", cesi.Viewer, false), cesi.Invalid, "at least 8")
	b.wantKind(b.AddUser(ctx, actor, "bob", "a-b-c-4-", cesi.Role(7), false), cesi.Invalid, "7 is not a role")
	b.wantKind(b.AddUser(ctx, actor, "Ann", "a-b-c-4-", cesi.Viewer, false), cesi.Conflict, "already a user")
	b.wantKind(b.SetPassword(ctx, actor, "bob", long, false), cesi.Invalid, "at most 72")
	b.wantKind(b.SetPassword(ctx, actor, "Ann", "a-b-c-4-", false), cesi.Invalid, "your own")
	b.wantKind(b.SetPassword(ctx, actor, "bob", "a-b-c-4-", false), cesi.NotFound, "no user")
	b.wantKind(b.SetRole(ctx, actor, "ann", cesi.Viewer), cesi.Conflict, "last administrator")
	b.wantKind(b.SetRole(ctx, actor, "ann", cesi.Role(-1)), cesi.Invalid, "not a role")
	b.wantKind(b.DeleteUser(ctx, actor, "ann"), cesi.Conflict, "last administrator")
	b.wantKind(b.DeleteUser(ctx, actor, long), cesi.NotFound, "no user")

	want := []string{
		`ann|192.0.2.7|user add|a b|failed|a user's name has letters, digits and . _ - @ + only, not ' '`,
		`ann|192.0.2.7|user add|bob|failed|a password has at least 8 characters`,
		`ann|192.0.2.7|user add|bob|failed|7 is not a role: want 0 to 3`,
		`ann|192.0.2.7|user add|Ann|failed|there is already a user "ann"; case does not count`,
		`ann|192.0.2.7|user password|bob|failed|a password has at most 72 bytes`,
		`ann|192.0.2.7|user password|Ann|failed|change your own password in your profile`,
		`ann|192.0.2.7|user password|bob|failed|there is no user "bob"`,
		`ann|192.0.2.7|user role|ann|failed|"ann" is the last administrator: make another one first`,
		`ann|192.0.2.7|user role|ann|failed|-1 is not a role: want 0 to 3`,
		`ann|192.0.2.7|user delete|ann|failed|"ann" is the last administrator: make another one first`,
		`ann|192.0.2.7|user delete|` + long[:64] + `|failed|there is no user "` + long + `"`,
	}
	got := b.lines()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, entry := range got {
		if strings.Contains(entry, "a-b-c-4-") {
			t.Errorf("a password is in the log: %s", entry)
		}
	}
}

func TestUsers_ConcurrentDemotionsKeepAnAdmin(t *testing.T) {
	b := newFixture(t)
	cli := newFixtureOn(t, b.path, b.clock)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Admin)
	for range 10 {
		var wg sync.WaitGroup
		wg.Go(func() { _ = b.SetRole(t.Context(), root, "ann", cesi.Viewer) })
		wg.Go(func() { _ = cli.SetRole(t.Context(), root, "bob", cesi.Viewer) })
		wg.Wait()
		users, err := b.Users(t.Context())
		if err != nil || len(users) != 2 || (users[0].Role == cesi.Admin) == (users[1].Role == cesi.Admin) {
			t.Fatalf("%+v, error %v: want one administrator", users, err)
		}
		for _, u := range users {
			if err := b.SetRole(t.Context(), root, u.Name, cesi.Admin); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestChangePassword_EndsOtherSessions(t *testing.T) {
	b := newFixture(t)
	if err := b.AddUser(t.Context(), root, "ann", "password of ann", cesi.Viewer, true); err != nil {
		t.Fatal(err)
	}
	here, elsewhere := b.login("ann"), b.login("ann")
	b.lines()
	ann := cesi.Actor{User: "ann", Role: cesi.Viewer, Address: home}

	refuse := func(token, old, next string, kind cesi.Kind, words string) {
		t.Helper()
		got, err := b.ChangePassword(t.Context(), ann, token, old, next)
		b.wantKind(err, kind, words)
		if got != "" {
			t.Error("a token with an error")
		}
	}
	refuse(here, "wrong", "new password", cesi.Forbidden, "old password is wrong")
	refuse(here, "password of ann", "password of ann", cesi.Invalid, "is the old one")
	refuse(here, "password of ann", "short", cesi.Invalid, "at least 8")
	refuse("", "password of ann", "new password", cesi.Unauthorized, "not logged in")
	b.wantLoggedIn(here, true)

	token, err := b.ChangePassword(t.Context(), ann, here, "password of ann", "new password")
	if err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(here, false)
	b.wantLoggedIn(elsewhere, false)
	user, err := b.Session(t.Context(), token)
	if err != nil || user.MustChange {
		t.Errorf("%+v, error %v", user, err)
	}
	want := []string{
		"ann|192.0.2.7|user password|ann|failed|the old password is wrong",
		"ann|192.0.2.7|user password|ann|failed|the new password is the old one",
		"ann|192.0.2.7|user password|ann|failed|a password has at least 8 characters",
		"ann|192.0.2.7|user password|ann|ok|",
	}
	if diff := cmp.Diff(want, b.lines()); diff != "" {
		t.Error(diff)
	}
	b.wantKind(b.tryLogin("ann", "password of ann"), cesi.Unauthorized, "wrong")
}

func TestChangePassword_NeedsOwnSession(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Viewer)
	_, err := b.ChangePassword(t.Context(), cesi.Actor{User: "bob"}, b.login("ann"), "password of bob", "new password")
	b.wantKind(err, cesi.Unauthorized, "not logged in")
}

func TestChangePassword_GuessingIsThrottled(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Viewer)
	token := b.login("ann")
	ann := cesi.Actor{User: "ann", Role: cesi.Viewer, Address: home}
	for range freeTries {
		_, err := b.ChangePassword(t.Context(), ann, token, "wrong", "new password")
		b.wantKind(err, cesi.Forbidden, "wrong")
	}
	_, err := b.ChangePassword(t.Context(), ann, token, "password of ann", "new password")
	b.wantKind(err, cesi.Throttled, "wait")
	b.wantKind(b.tryLogin("ann", "password of ann"), cesi.Throttled, "wait")
}
