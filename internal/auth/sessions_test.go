package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestLogin_StartsSessionAndLogoutEndsIt(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Operator)
	b.lines()
	token, user, err := b.Login(t.Context(), "ANN", "password of ann", home, "test", "", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.Session(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(user, got); diff != "" || got.Name != "ann" || !got.LastLogin.Equal(b.clock.now()) {
		t.Errorf("%+v %s", got, diff)
	}
	if err := b.Logout(t.Context(), token, cesi.Actor{User: "ann", Address: home}); err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(token, false)
	want := []string{"ann|192.0.2.7|login||ok|", "ann|192.0.2.7|logout||ok|"}
	if diff := cmp.Diff(want, b.lines()); diff != "" {
		t.Error(diff)
	}
}

func TestLogin_SameErrorForUnknownUser(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.lines()
	long := "password of ann" + strings.Repeat("x", 100)
	var words []string
	for _, try := range [][2]string{{"ann", "wrong"}, {"nobody", "wrong"}, {"ann", long}, {"", ""}, {strings.Repeat("n", 100), "wrong"}} {
		err := b.tryLogin(try[0], try[1])
		b.wantKind(err, cesi.Unauthorized, "wrong user name or password")
		words = append(words, err.Error())
	}
	for _, w := range words {
		if w != words[0] {
			t.Errorf("%q differs from %q", w, words[0])
		}
	}
	if got, want := b.lines()[4], strings.Repeat("n", 64)+"|192.0.2.7|login failed||failed|wrong user name or password"; got != want {
		t.Errorf("logged %q, want %q", got, want)
	}
}

func TestLogin_ReplacesSession(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	first, other := b.login("ann"), b.login("ann")
	second, _, err := b.Login(t.Context(), "ann", "password of ann", home, "test", first, "")
	if err != nil {
		t.Fatal(err)
	}
	b.wantLoggedIn(first, false)
	b.wantLoggedIn(second, true)
	b.wantLoggedIn(other, true)
}

func TestSession_UnknownToken(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	for _, bad := range []string{"", "x", token + "A", token[:42], strings.Repeat("!", 43), strings.Repeat("A", 43)} {
		b.wantLoggedIn(bad, false)
		if err := b.Logout(t.Context(), bad, cesi.Actor{}); err != nil {
			t.Errorf("logout of %q: %v", bad, err)
		}
	}
}

func TestSession_EndsWithLifetime(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	b.clock.pass(time.Hour - time.Second)
	b.wantLoggedIn(token, true)
	b.SetSessionLifetime(time.Minute)
	b.wantLoggedIn(token, false)
	b.SetSessionLifetime(24 * time.Hour)
	b.wantLoggedIn(token, true)
	b.clock.pass(time.Second)
	b.wantLoggedIn(token, false)
	b.wantLoggedIn(b.login("ann"), true)
}

func TestSession_EndsWhenIdle(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.SetSessionLifetime(1000 * time.Hour)
	b.SetSessionIdle(24 * time.Hour)
	used, unused := b.login("ann"), b.login("ann")
	for range 3 {
		b.clock.pass(24*time.Hour - time.Minute)
		b.wantLoggedIn(used, true)
	}
	b.wantLoggedIn(unused, false)
	if list, err := b.Sessions(t.Context(), "ann"); err != nil || len(list) != 1 || !list[0].LastSeen.Equal(b.clock.now()) {
		t.Errorf("listed are %+v, %v", list, err)
	}
	b.Flush(t.Context())
	restarted := newFixtureOn(t, b.path, b.clock)
	restarted.SetSessionLifetime(1000 * time.Hour)
	restarted.SetSessionIdle(24 * time.Hour)
	restarted.wantLoggedIn(used, true)
	restarted.wantLoggedIn(unused, false)
	b.clock.pass(24 * time.Hour)
	b.wantLoggedIn(used, false)
	b.SetSessionIdle(0)
	b.wantLoggedIn(used, true)
	b.clock.pass(100 * time.Hour)
	b.wantLoggedIn(used, true)
	b.SetSessionIdle(4 * time.Second)
	b.clock.pass(3 * time.Second)
	b.wantLoggedIn(used, true)
	b.clock.pass(3 * time.Second)
	b.wantLoggedIn(used, true)
	b.clock.pass(4 * time.Second)
	b.wantLoggedIn(used, false)
	b.Flush(t.Context())
	if list, err := b.db.Sessions(t.Context(), "ann"); err != nil || len(list) != 0 {
		t.Errorf("%d that are over are kept, %v", len(list), err)
	}
}

func TestSession_FullDiskDoesNotMakeItIdle(t *testing.T) {
	b, disk := newFullDiskFixture(t)
	disk.full = false
	stored := b.login("ann")
	disk.full = true
	session := b.login("ann")
	b.SetSessionLifetime(1000 * time.Hour)
	b.SetSessionIdle(10 * time.Minute)
	for range 5 {
		b.clock.pass(9 * time.Minute)
		b.wantLoggedIn(stored, true)
		b.wantLoggedIn(session, true)
		b.Flush(t.Context())
	}
	disk.full = false
	b.Flush(t.Context())
	b.wantLoggedIn(stored, true)
	b.wantLoggedIn(session, true)
	b.clock.pass(10 * time.Minute)
	b.wantLoggedIn(stored, false)
	b.wantLoggedIn(session, false)
}

func TestSession_ChangesOfTheCommandLine(t *testing.T) {
	server := newFixture(t)
	cli := newFixtureOn(t, server.path, server.clock)
	server.add("ann", cesi.Admin)
	server.add("bob", cesi.Operator)
	ann, bob := server.login("ann"), server.login("bob")
	if err := cli.SetRole(t.Context(), root, "bob", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	if user, err := server.Session(t.Context(), bob); err != nil || user.Role != cesi.Viewer {
		t.Errorf("%+v, error %v", user, err)
	}
	if err := cli.DeleteUser(t.Context(), root, "bob"); err != nil {
		t.Fatal(err)
	}
	server.wantLoggedIn(bob, false)
	server.wantLoggedIn(ann, true)
	if err := cli.SetPassword(t.Context(), root, "ann", "another one", true); err != nil {
		t.Fatal(err)
	}
	server.wantLoggedIn(ann, false)
	_, user, err := server.Login(t.Context(), "ann", "another one", home, "", "", "")
	if err != nil || !user.MustChange {
		t.Errorf("%+v, error %v", user, err)
	}
}

func TestSession_BrokenDatabaseIsNotALogout(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	if err := b.db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Session(t.Context(), token); cesi.KindOf(err) != cesi.Internal {
		t.Errorf("session: %v", err)
	}
	if err := b.tryLogin("ann", "password of ann"); cesi.KindOf(err) != cesi.Internal {
		t.Errorf("login: %v", err)
	}
}

func TestSession_LastUseOnceAMinute(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	hash, _ := hashToken(token)
	lastSeen := func() time.Time {
		b.wantLoggedIn(token, true)
		b.Flush(t.Context())
		s, err := b.db.Session(t.Context(), hash)
		if err != nil {
			t.Fatal(err)
		}
		return s.LastSeen
	}
	began := b.clock.now()
	b.clock.pass(59 * time.Second)
	if got := lastSeen(); !got.Equal(began) {
		t.Errorf("last seen %v, want %v", got, began)
	}
	b.clock.pass(time.Second)
	if got, want := lastSeen(), b.clock.now(); !got.Equal(want) {
		t.Errorf("last seen %v, want %v", got, want)
	}
	b.clock.pass(time.Hour)
	b.Flush(t.Context())
	if _, err := b.db.Session(t.Context(), hash); cesi.KindOf(err) != cesi.NotFound {
		t.Errorf("a session that is over is still kept: %v", err)
	}
}

func TestLogin_GuessingIsThrottledAndLogged(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.lines()
	for range freeTries {
		b.wantKind(b.tryLogin("ann", "wrong"), cesi.Unauthorized, "wrong")
	}
	for range 20 {
		err := b.tryLogin("ann", "password of ann") // right, but too late
		b.wantKind(err, cesi.Throttled, "wait 1 s")
		var refused *ThrottledError
		if !errors.As(err, &refused) || refused.RetryAfter != time.Second {
			t.Errorf("%#v", err)
		}
	}
	b.Flush(t.Context())
	if entries, events := b.notes.total(); entries != freeTries+1 || events != freeTries+20 {
		t.Errorf("%d entries of %d failures", entries, events)
	}
	b.clock.pass(time.Second)
	if err := b.tryLogin("ann", "password of ann"); err != nil {
		t.Error(err)
	}
}

func TestSession_MakesAddressKnown(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	restarted := newFixtureOn(t, b.path, b.clock)
	restarted.wantLoggedIn(token, true)
	for n := range strangerTries {
		_, _ = restarted.throttle.begin(network("10.0.0."+string(rune('0'+n%10))), string(rune('a'+n)))
	}
	restarted.throttle.strangers.count = strangerTries
	if err := restarted.tryLogin("ann", "password of ann"); err != nil {
		t.Errorf("locked out by others: %v", err)
	}
}

func TestLogin_CancelledIsNotAFailure(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * freeTries {
		if _, _, err := b.Login(ctx, "ann", "password of ann", home, "", "", ""); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	b.login("ann")
}

func TestNewToken_UniqueAndSafeInCookies(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, stored := newToken()
		hash, ok := hashToken(token)
		if !ok || hash != stored || seen[token] || len(token) != 43 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("token %q", token)
		}
		seen[token] = true
	}
}
