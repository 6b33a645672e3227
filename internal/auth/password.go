package auth

import (
	"context"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"cesi/internal/cesi"
)

// DefaultCost is bcrypt's cost: about a quarter of a second for a hash.
const DefaultCost = 12

const (
	minPassword = 8  // characters
	maxPassword = 72 // bytes; bcrypt reads no more
	atOnce      = 2  // hashes computed at a time, so that log-ins leave the processors to the rest
)

// passwords makes and compares hashes, few at a time.
type passwords struct {
	cost  int
	dummy string // what no password hashes to
	slots chan struct{}
}

func newPasswords(cost int) *passwords {
	if cost == 0 {
		cost = DefaultCost
	}
	// Any salt and digest do; the cost is what takes the time.
	dummy := fmt.Sprintf("$2a$%02d$%s", cost, "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234")
	return &passwords{cost: cost, dummy: dummy, slots: make(chan struct{}, atOnce)}
}

// check returns an Invalid error that says what is wrong with a new password.
func (p *passwords) check(password string) error {
	if utf8.RuneCountInString(password) < minPassword {
		return cesi.Errorf(cesi.Invalid, "a password has at least %d characters", minPassword)
	}
	if len(password) > maxPassword {
		return cesi.Errorf(cesi.Invalid, "a password has at most %d bytes", maxPassword)
	}
	return nil
}

// hash returns what is stored of a password.
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

// matches reports whether the password is the hash's. An empty hash stands for a
// user that does not exist: it matches nothing, in the same time. The error is
// ctx's.
func (p *passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	release, err := p.slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if isWerkzeug(hash) && matchesWerkzeug(hash, password) {
		return true, nil
	}
	if isWerkzeug(hash) {
		hash = "" // the rest of the time that a bcrypt one takes
	}
	// bcrypt would take the first 72 bytes of a longer one for the whole.
	if hash == "" || len(password) > maxPassword {
		_ = bcrypt.CompareHashAndPassword([]byte(p.dummy), []byte(password))
		return false, nil
	}
	return bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil, nil
}

func (p *passwords) slot(ctx context.Context) (release func(), err error) {
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
