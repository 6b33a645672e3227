package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"cesi/internal/cesi"
)

func TestPassword_RulesForNewOnes(t *testing.T) {
	for password, want := range map[string]string{
		"":                      "at least 8 characters",
		"1234567":               "at least 8 characters",
		"a-b-c-4-":              "",
		"12345678":              "too common",
		"PassWord1":             "too common",
		"qwertyuiop":            "too common",
		"密码密码密码密码":              "",
		"密码密码密码密":               "at least 8 characters",
		strings.Repeat("x", 72): "",
		strings.Repeat("x", 73): "at most 72 bytes",
		strings.Repeat("密", 25): "at most 72 bytes",
	} {
		err := CheckPassword(password)
		if (err == nil) != (want == "") || err != nil && (cesi.KindOf(err) != cesi.Invalid || !strings.Contains(cesi.TextOf(err).String(), want)) {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func TestCommonPasswords_SortedLowerCaseList(t *testing.T) {
	if n := strings.Count(commonPasswords, "\n"); n < 10_000 {
		t.Errorf("the list has %d passwords", n)
	}
	for _, password := range strings.Fields(commonPasswords) {
		if !isCommon(strings.ToUpper(password)) || len(password) < minPassword {
			t.Errorf("%q is in the list in vain", password)
		}
	}
}

func TestCommonPasswords_RefusedEverywhere(t *testing.T) {
	b := newFixture(t)
	b.add("ann", cesi.Admin)
	token := b.login("ann")
	ann := cesi.Actor{User: "ann", Role: cesi.Admin, Address: home}
	const common = "Trustno1"
	for name, set := range map[string]func() error{
		"add": func() error { return b.AddUser(t.Context(), root, "bob", common, cesi.Viewer, true) },
		"set": func() error { return b.SetPassword(t.Context(), root, "ann", common, true) },
		"change": func() error {
			_, err := b.ChangePassword(t.Context(), ann, token, "password of ann", common)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { b.wantKind(set(), cesi.Invalid, "too common") })
	}
	configured := newFixture(t)
	if _, err := configured.Bootstrap(t.Context(), "", common); err != nil || !strings.Contains(configured.log.String(), "too common") {
		t.Errorf("admin_password: %v, log %q", err, configured.log)
	}
}

func TestPassword_MatchesOnlyItself(t *testing.T) {
	p := newPasswords(bcrypt.MinCost)
	long := strings.Repeat("x", 72)
	hash, err := p.hash(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{long: true, long[1:]: false, "": false, long + "y": false} {
		if got, err := p.matches(t.Context(), hash, password); got != want || err != nil {
			t.Errorf("%d bytes match: %v, error %v, want %v", len(password), got, err, want)
		}
	}
}

func TestPassword_UnknownUserTakesAsLong(t *testing.T) {
	p := newPasswords(0)
	cost, err := bcrypt.Cost([]byte(p.dummy))
	if err != nil || cost != DefaultCost {
		t.Fatalf("the dummy's cost is %d, error %v", cost, err)
	}
	p = newPasswords(bcrypt.MinCost)
	// The work is done only for a well-formed hash.
	if err := bcrypt.CompareHashAndPassword([]byte(p.dummy), []byte("x")); !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("comparing with the dummy: %v", err)
	}
	if got, err := p.matches(t.Context(), "", "x"); got || err != nil {
		t.Errorf("no user matches: %v, error %v", got, err)
	}
}

func TestPassword_WaitEndsWithContext(t *testing.T) {
	p := newPasswords(bcrypt.MinCost)
	for range atOnce {
		release, err := p.slot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.hash(ctx, "12345678"); !errors.Is(err, context.Canceled) {
		t.Errorf("hash: %v", err)
	}
	if _, err := p.matches(ctx, "", "12345678"); !errors.Is(err, context.Canceled) {
		t.Errorf("matches: %v", err)
	}
}
