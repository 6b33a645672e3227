package cesi

import (
	"time"
	"unicode/utf8"
)

// Token lets a program use the API with its owner's current permissions.
type Token struct {
	ID       int64
	Name     string
	Owner    User // the current account
	Created  time.Time
	Expires  time.Time // zero: never
	LastUsed time.Time // to the minute; zero: never
}

// ExpiredAt reports whether the token has expired at the time.
func (t Token) ExpiredAt(now time.Time) bool { return !t.Expires.IsZero() && !now.Before(t.Expires) }

// MaxTokenName bounds the name of a token, in characters.
const MaxTokenName = 64

// ValidateTokenName returns an Invalid error that says what is wrong with the name of a
// token: it may have the characters of a user's name, and single spaces in between.
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
