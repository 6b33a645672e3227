package cesi

import (
	"encoding/hex"
	"time"
)

// TokenHash is the SHA-256 of a session's token or an API token. Only the hash is
// stored, so that a reader of the database can't use it.
type TokenHash [32]byte

// ID names a session among those of its user: a part of the hash, useless for anything
// else.
func (h TokenHash) ID() string { return hex.EncodeToString(h[:8]) }

// MaxSessions bounds the sessions of a user. One more ends the one with the oldest use.
const MaxSessions = 50

// Session is one login of a user. It ends with a logout, a new password or its expiry.
type Session struct {
	Token     TokenHash
	User      User // the current account, not that of the login
	Created   time.Time
	LastSeen  time.Time // to the minute
	Expires   time.Time
	Address   string // of the login, without port
	UserAgent string // the browser's own name, so hostile
}
