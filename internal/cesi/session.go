package cesi

import (
	"encoding/hex"
	"time"
)

// TokenHash is the SHA-256 of a session's or an API token. Only this is stored,
// so that who reads the database can't use what is in it.
type TokenHash [32]byte

// ID names a session among its user's: enough of the hash to tell them apart,
// and of no use to anybody else.
func (h TokenHash) ID() string { return hex.EncodeToString(h[:8]) }

// MaxSessions is how many sessions a user has at most. One more ends the one
// that was used longest ago.
const MaxSessions = 50

// Session is one login of a user's, from its beginning to the log-out, a new
// password or its expiry.
type Session struct {
	Token     TokenHash
	User      User // as the account is now, not as it was at the login
	Created   time.Time
	LastSeen  time.Time // to the minute
	Expires   time.Time
	Address   string // where the login came from, without port
	UserAgent string // as the browser named itself, so hostile
}
