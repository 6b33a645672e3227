package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
)

// oldIterations is what a password costs that bcrypt can't hold.
const oldIterations = 600_000

// OldPassword returns what is stored of a password that the Python CeSI kept, in
// clear (1.x) or as Werkzeug's hash (2.x), which stays until the next login. It
// is "", which nothing matches, for an empty password and for what is no hash.
// One in clear that our rules would refuse as too short has to be changed next.
// The error is ctx's.
func OldPassword(ctx context.Context, kept string, inClear bool) (stored string, mustChange bool, err error) {
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

// longHash hashes a password of more bytes than bcrypt reads, as Werkzeug does.
func longHash(password string) string {
	salt, iterations := rand.Text(), fmt.Sprint(oldIterations)
	return "pbkdf2:sha256:" + iterations + "$" + salt + "$" + hex.EncodeToString(pbkdf2Key("sha256", iterations, password, salt))
}
