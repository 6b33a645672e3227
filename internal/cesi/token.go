package cesi

import (
	"time"
	"unicode/utf8"
)

// Token lets a program use the API in its owner's name, with what the owner may
// do at that moment.
type Token struct {
	ID       int64
	Name     string
	Owner    User // as the account is now
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // to the minute; zero: never
}

// ExpiredAt reports whether the token is over at the time.
func (t Token) ExpiredAt(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// MaxTokenName is the longest name of a token, in characters.
const MaxTokenName = 64

// ValidateTokenName returns an Invalid error that says what is wrong with a name
// for a token: what a user's name may have, and single spaces in between.
func ValidateTokenName(name string) error {
	if name == "" {
		return Errorf(Invalid, "a token needs a name")
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxTokenName {
		return Errorf(Invalid, "a token's name has at most %d characters", MaxTokenName)
	}
	for i, r := range name {
		if r == ' ' && i > 0 && i < len(name)-1 {
			continue
		}
		if !isNameRune(r) {
			return Errorf(Invalid, "a token's name has letters, digits, . _ - @ + and spaces in between only, not %q", r)
		}
	}
	return nil
}
