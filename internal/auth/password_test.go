package auth

import (
	"context"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"cesi/internal/cesi"
)

func TestNewPasswordsAreChecked(t *testing.T) {
	p := newPasswords(bcrypt.MinCost)
	for password, want := range map[string]string{
		"":                      "at least 8 characters",
		"1234567":               "at least 8 characters",
		"12345678":              "",
		"密码密码密码密码":              "",
		"密码密码密码密":               "at least 8 characters",
		strings.Repeat("x", 72): "",
		strings.Repeat("x", 73): "at most 72 bytes",
		strings.Repeat("密", 25): "at most 72 bytes",
	} {
		err := p.check(password)
		if (err == nil) != (want == "") || err != nil && (cesi.KindOf(err) != cesi.Invalid || !strings.Contains(cesi.Sentence(err), want)) {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func TestAPasswordMatchesItselfOnly(t *testing.T) {
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

func TestAnUnknownUserTakesAsLongAsAWrongPassword(t *testing.T) {
	p := newPasswords(0)
	cost, err := bcrypt.Cost([]byte(p.dummy))
	if err != nil || cost != DefaultCost {
		t.Fatalf("the dummy's cost is %d, error %v", cost, err)
	}
	p = newPasswords(bcrypt.MinCost)
	// Only a hash that is well formed has the work done on it.
	if err := bcrypt.CompareHashAndPassword([]byte(p.dummy), []byte("x")); !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("comparing with the dummy: %v", err)
	}
	if got, err := p.matches(t.Context(), "", "x"); got || err != nil {
		t.Errorf("no user matches: %v, error %v", got, err)
	}
}

func TestWaitingForAHashEndsWithItsContext(t *testing.T) {
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
