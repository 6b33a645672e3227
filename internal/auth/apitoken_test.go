package auth

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

var bobHere = cesi.Actor{User: "bob", Role: cesi.Operator, Address: home}

func (b *fixture) token(name string, expires time.Time) string {
	b.t.Helper()
	text, _, err := b.AddToken(b.t.Context(), bobHere, name, expires)
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

func (b *fixture) tryToken(text string) error {
	_, err := b.Token(b.t.Context(), text, home)
	return err
}

func TestToken_HasOwnersCurrentRole(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Operator)
	text := b.token("deploy", time.Time{})
	if err := b.SetRole(t.Context(), root, "bob", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	got, err := b.Token(t.Context(), text, home)
	if err != nil || got.Owner.Role != cesi.Viewer || got.Name != "deploy" {
		t.Errorf("%+v, %v", got, err)
	}
	user, hash, err := b.db.User(t.Context(), "bob")
	if err == nil {
		err = b.db.Rehash(t.Context(), user.ID, hash, hash, true) // as one that proves weak at a login
	}
	if err != nil {
		t.Fatal(err)
	}
	b.wantKind(b.tryToken(text), cesi.Forbidden, "has to be changed")
	if err := b.DeleteUser(t.Context(), root, "bob"); err != nil {
		t.Fatal(err)
	}
	b.wantKind(b.tryToken(text), cesi.Unauthorized, "not valid")
}

func TestToken_EndsWithPasswordReset(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	b.add("bob", cesi.Admin)
	deploy := b.token("deploy", time.Time{})
	if err := b.SetPassword(t.Context(), root, "ann", "another one", false); err != nil {
		t.Fatal(err)
	}
	if err := b.tryToken(deploy); err != nil {
		t.Errorf("after the reset of another user: %v", err)
	}
	if err := b.SetPassword(t.Context(), root, "bob", "another one", false); err != nil {
		t.Fatal(err)
	}
	b.wantKind(b.tryToken(deploy), cesi.Unauthorized, "revoked")
	if tokens, err := b.Tokens(t.Context(), "bob"); err != nil || len(tokens) != 0 {
		t.Errorf("%d tokens are left, %v", len(tokens), err)
	}
}

func TestToken_PrefixAndHash(t *testing.T) {
	b := newFixture(t)
	b.add("bob", cesi.Operator)
	text := b.token("deploy", time.Time{})
	if !strings.HasPrefix(text, "cesi_") || len(text) != len("cesi_")+43 {
		t.Errorf("token %q", text)
	}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(b.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), text[5:]) {
			t.Errorf("the token itself is in %s", b.path+suffix)
		}
	}
}

func TestToken_Expires(t *testing.T) {
	b := newFixture(t)
	b.add("bob", cesi.Operator)
	text := b.token("deploy", b.clock.now().Add(time.Hour))
	b.clock.pass(time.Hour - time.Second)
	if err := b.tryToken(text); err != nil {
		t.Error(err)
	}
	b.lines()
	b.clock.pass(time.Second)
	b.wantKind(b.tryToken(text), cesi.Unauthorized, `"deploy" has expired`)
	want := []string{`bob|192.0.2.7|login failed||failed|the API token "deploy" has expired`}
	if diff := cmp.Diff(want, b.lines()); diff != "" {
		t.Error(diff)
	}
}

func TestToken_InvalidOnesDoNotBlockValidOnes(t *testing.T) {
	b := newFixture(t)
	b.add("bob", cesi.Operator)
	good := b.token("deploy", time.Time{})
	b.lines()
	session := b.login("bob")
	bad := []string{"", "x", "cesi_", good + "A", good[5:], "cesi_" + strings.Repeat("A", 43), "cesi_" + session}
	for _, text := range bad[:freeTries] {
		b.wantKind(b.tryToken(text), cesi.Unauthorized, "not valid")
	}
	for range 100 {
		b.wantKind(b.tryToken(bad[5]), cesi.Throttled, "wait")
	}
	b.wantKind(b.tryToken(bad[6]), cesi.Throttled, "wait")
	if err := b.tryToken(good); err != nil {
		t.Errorf("a good token is held up: %v", err)
	}
	b.wantLoggedIn(b.login("bob"), true)
	b.Flush(t.Context())
	if got := len(b.lines()); got > freeTries+4 {
		t.Errorf("%d entries for a flood", got)
	}
}

func TestToken_LastUseOnceAMinute(t *testing.T) {
	b := newFixture(t)
	b.add("bob", cesi.Operator)
	text := b.token("deploy", time.Time{})
	lastUse := func() time.Time {
		if err := b.tryToken(text); err != nil {
			t.Fatal(err)
		}
		b.Flush(t.Context())
		tokens, err := b.Tokens(t.Context(), "bob")
		if err != nil || len(tokens) != 1 {
			t.Fatal(tokens, err)
		}
		return tokens[0].LastUsed
	}
	began := b.clock.now()
	if got := lastUse(); !got.Equal(began) {
		t.Errorf("used %v, want %v", got, began)
	}
	b.clock.pass(59 * time.Second)
	if got := lastUse(); !got.Equal(began) {
		t.Errorf("used %v, want %v", got, began)
	}
	b.clock.pass(time.Second)
	if got, want := lastUse(), b.clock.now(); !got.Equal(want) {
		t.Errorf("used %v, want %v", got, want)
	}
}

func TestToken_AddAndRevokeAreLogged(t *testing.T) {
	b := newFixture(t)
	b.add("bob", cesi.Operator)
	b.lines()
	ctx, now := t.Context(), b.clock.now()
	refuse := func(name string, expires time.Time, kind cesi.Kind, words string) {
		t.Helper()
		text, _, err := b.AddToken(ctx, bobHere, name, expires)
		b.wantKind(err, kind, words)
		if text != "" {
			t.Error("a token with an error")
		}
	}
	refuse("", time.Time{}, cesi.Invalid, "needs a name")
	refuse(" x", time.Time{}, cesi.Invalid, "spaces in between")
	refuse("a\nb", time.Time{}, cesi.Invalid, "not '\\n'")
	refuse("old", now, cesi.Invalid, "in the future")
	refuse("far", now.AddDate(11, 0, 0), cesi.Invalid, "ten years")
	b.lines()
	text := b.token("nightly deploy", now.Add(time.Hour))
	refuse("Nightly deploy", time.Time{}, cesi.Conflict, "already a token")
	tokens, err := b.Tokens(ctx, "bob")
	if err != nil || len(tokens) != 1 {
		t.Fatal(tokens, err)
	}
	b.wantKind(b.RevokeToken(ctx, cesi.Actor{User: "ann"}, tokens[0].ID), cesi.NotFound, "no such token")
	if err := b.RevokeToken(ctx, bobHere, tokens[0].ID); err != nil {
		t.Fatal(err)
	}
	b.wantKind(b.tryToken(text), cesi.Unauthorized, "revoked")
	b.token("a", time.Time{})
	b.token("b", time.Time{})
	b.wantKind(b.RevokeTokens(ctx, bobHere, "bob"), cesi.Forbidden, "only administrators")
	if err := b.RevokeTokens(ctx, root, "bob"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"bob|192.0.2.7|token add|bob|ok|nightly deploy, until " + now.Add(time.Hour).UTC().Format("2006-01-02 15:04 UTC"),
		`bob|192.0.2.7|token add|bob|failed|there is already a token "Nightly deploy"`,
		"ann||token revoke|ann|failed|there is no such token",
		"bob|192.0.2.7|token revoke|bob|ok|nightly deploy",
		"|192.0.2.7|login failed||failed|this API token is not valid, or was revoked",
		"bob|192.0.2.7|token add|bob|ok|a, without end",
		"bob|192.0.2.7|token add|bob|ok|b, without end",
		"bob|192.0.2.7|token revoke|bob|failed|only administrators manage users",
		"cli:root||token revoke|bob|ok|2 tokens",
	}
	if diff := cmp.Diff(want, b.lines()); diff != "" {
		t.Error(diff)
	}
}
