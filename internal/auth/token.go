package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"

	"cesi/internal/cesi"
)

// tokenBytes is how many random bytes a session's token has.
const tokenBytes = 32

// newToken returns a token for a browser, in characters that a cookie may hold, and its
// hash for the store.
func newToken() (string, cesi.TokenHash) {
	random := make([]byte, tokenBytes)
	_, _ = rand.Read(random) // never fails: see crypto/rand
	return base64.RawURLEncoding.EncodeToString(random), sha256.Sum256(random)
}

// hashToken returns the hash of a token, and false for a text that can't be a token.
func hashToken(token string) (cesi.TokenHash, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return cesi.TokenHash{}, false
	}
	random, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return cesi.TokenHash{}, false
	}
	return sha256.Sum256(random), true
}
