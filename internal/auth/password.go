package auth

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"cesi/internal/cesi"
)

// DefaultCost is the cost of bcrypt: about a quarter of a second for one hash.
const DefaultCost = 12

const (
	minPassword = 8  // characters
	maxPassword = 72 // bytes: bcrypt reads no more
	atOnce      = 2  // hashes computed at a time, to leave processor time to the rest
)

// passwords makes and compares hashes, few at a time.
type passwords struct {
	cost  int
	dummy string // a hash that no password has
	slots chan struct{}
	did   func(method string) // called for each computation of a comparison; nil except in tests
}

func newPasswords(cost int) *passwords {
	if cost == 0 {
		cost = DefaultCost
	}
	// Salt and digest do not matter; the cost takes the time.
	dummy := fmt.Sprintf("$2a$%02d$%s", cost, "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234")
	return &passwords{cost: cost, dummy: dummy, slots: make(chan struct{}, atOnce)}
}

// CheckPassword returns an Invalid error that says what is wrong with a new password:
// fewer than 8 characters, more than 72 bytes, or one of the commonest.
func CheckPassword(password string) error {
	if utf8.RuneCountInString(password) < minPassword {
		return cesi.Errorf(cesi.Invalid, "a password has at least %d characters", minPassword)
	}
	if len(password) > maxPassword {
		return cesi.Errorf(cesi.Invalid, "a password has at most %d bytes", maxPassword)
	}
	if isCommon(password) {
		return cesi.Errorf(cesi.Invalid, "this password is too common: choose another one")
	}
	return nil
}

func (p *passwords) check(password string) error { return CheckPassword(password) }

// hash returns the hash to store for a password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), p.cost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return string(hash), nil
}

// matches reports whether the hash is that of the password. An empty hash is for a user
// that does not exist, and matches nothing. The work is the same for every hash, so its
// time reveals nothing: one comparison of bcrypt, and one computation for each of
// methods, the methods of all stored Werkzeug hashes. The error is ctx's.
func (p *passwords) matches(ctx context.Context, hash, password string, methods ...string) (bool, error) {
	release, err := p.slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	old := p.matchesOld(hash, password, methods)
	p.note("bcrypt")
	// bcrypt would compare only the first 72 bytes of a longer one.
	if hash == "" || isWerkzeug(hash) || len(password) > maxPassword {
		_ = bcrypt.CompareHashAndPassword([]byte(p.dummy), []byte(password))
		return old, nil
	}
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil, nil
}

// matchesOld reports whether the hash is a Werkzeug hash of the password. It computes
// each of the methods once.
func (p *passwords) matchesOld(hash, password string, methods []string) (right bool) {
	own := ""
	if isWerkzeug(hash) {
		own = werkzeugMethod(hash)
		if !slices.Contains(methods, own) { // stored a moment ago
			methods = append(slices.Clone(methods), own)
		}
	}
	for _, method := range methods {
		p.note(method)
		if method == own {
			right = matchesWerkzeug(hash, password)
			continue
		}
		werkzeugKey(method, password, "as long as theirs")
	}
	return right
}

func (p *passwords) note(method string) {
	if p.did != nil {
		p.did(method)
	}
}

func (p *passwords) slot(ctx context.Context) (release func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
