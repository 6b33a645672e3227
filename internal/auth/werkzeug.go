package auth

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// CeSi 2.x stored the result of werkzeug.security.generate_password_hash:
// "pbkdf2:sha256:150000$salt$hex", and with Werkzeug 2.3 or newer
// "scrypt:32768:8:1$salt$hex". The salt is used as text, not decoded.

// Bounds of the work that a stored hash may ask for.
const (
	maxIterations = 10_000_000
	maxScryptN    = 1 << 20
	maxScryptRP   = 16
	keyBytes      = 64 // of scrypt
)

// isWerkzeug reports whether a Python CeSI stored the hash.
func isWerkzeug(stored string) bool {
	return strings.HasPrefix(stored, "pbkdf2:") || strings.HasPrefix(stored, "scrypt:")
}

// matchesWerkzeug reports whether the hash is that of the password. An invalid hash
// matches nothing.
func matchesWerkzeug(stored, password string) bool {
	_, rest, _ := strings.Cut(stored, "$")
	salt, digits, found := strings.Cut(rest, "$")
	want, err := hex.DecodeString(digits)
	if !found || err != nil || len(want) == 0 {
		return false
	}
	got := werkzeugKey(werkzeugMethod(stored), password, salt)
	return len(got) > 0 && subtle.ConstantTimeCompare(got, want) == 1
}

// werkzeugMethod returns the method of a hash, such as "scrypt:32768:8:1".
func werkzeugMethod(stored string) string {
	method, _, _ := strings.Cut(stored, "$")
	return method
}

// werkzeugKey returns the key that the method derives from the password; nil for an
// unknown method.
func werkzeugKey(method, password, salt string) []byte {
	switch parts := strings.Split(method, ":"); {
	case parts[0] == "pbkdf2" && len(parts) == 3:
		return pbkdf2Key(parts[1], parts[2], password, salt)
	case parts[0] == "scrypt" && len(parts) == 4:
		return scryptKey(parts[1:], password, salt)
	default:
		return nil
	}
}

// pbkdf2Key returns nil for unknown digests and excessive costs.
func pbkdf2Key(digest, iterations, password, salt string) []byte {
	n, err := strconv.Atoi(iterations)
	if err != nil || n < 1 || n > maxIterations {
		return nil
	}
	digests := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}
	h, known := digests[digest]
	if !known {
		return nil
	}
	key, err := pbkdf2.Key(h, password, []byte(salt), n, h().Size())
	if err != nil {
		return nil
	}
	return key
}

// scryptKey returns nil for excessive costs.
func scryptKey(cost []string, password, salt string) []byte {
	n, errN := strconv.Atoi(cost[0])
	r, errR := strconv.Atoi(cost[1])
	p, errP := strconv.Atoi(cost[2])
	if errN != nil || errR != nil || errP != nil || n > maxScryptN || r < 1 || p < 1 || r > maxScryptRP || p > maxScryptRP {
		return nil
	}
	key, err := scrypt.Key([]byte(password), []byte(salt), n, r, p, keyBytes)
	if err != nil {
		return nil
	}
	return key
}
