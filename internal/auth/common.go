package auth

import (
	_ "embed"
	"strings"
)

// commonPasswords has one on each line, in lower case, and none that is too short
// anyway. Where it comes from is in LICENSE.common_passwords.txt.
//
//go:embed common_passwords.txt
var commonPasswords string

// isCommon reports whether a password is one that is tried first, in any case. It
// looks through the whole list, since a password is set rarely.
func isCommon(password string) bool {
	line := strings.ToLower(password) + "\n"
	return strings.HasPrefix(commonPasswords, line) || strings.Contains(commonPasswords, "\n"+line)
}
