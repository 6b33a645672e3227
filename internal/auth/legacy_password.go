package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// longIterations is the cost of a password that bcrypt can't hash.
const longIterations = 600_000

// LegacyPassword returns the hash to store for a password of the Python CeSI, which is in
// clear (1.x) or Werkzeug's hash (2.x); a Werkzeug hash stays until the next login. The
// result is "", which matches no password, for an empty password and for an invalid
// hash. A clear password that is too short by our rules has to be changed at the next
// login. The error is ctx's.
func LegacyPassword(ctx context.Context, kept string, inClear bool) (stored string, mustChange bool, err error) {
	switch {
	case kept == "" || !inClear && !isWerkzeug(kept):
		return "", false, nil
	case !inClear:
		return kept, false, nil
	case len(kept) > maxPassword:
		return longHash(kept), false, nil
	}
	p := newPasswords(DefaultCost)
	stored, err = p.hash(ctx, kept)
	return stored, p.check(kept) != nil, err
}

// longHash hashes a password longer than bcrypt can read, as Werkzeug does.
func longHash(password string) string {
	salt, iterations := rand.Text(), fmt.Sprint(longIterations)
	return "pbkdf2:sha256:" + iterations + "$" + salt + "$" + hex.EncodeToString(pbkdf2Key("sha256", iterations, password, salt))
}
