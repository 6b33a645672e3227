package auth

import (
	_ "embed"
	"strings"
)

// commonPasswords has one password on each line, in lower case, and none that is too
// short. LICENSE.common_passwords.txt names its source.
//
//go:embed common_passwords.txt
var commonPasswords string

// isCommon reports whether a password is among the commonest, in any case. It searches
// the whole list, since passwords are set rarely.
func isCommon(password string) bool {
	line := strings.ToLower(password) + "\n"
	return strings.HasPrefix(commonPasswords, line) || strings.Contains(commonPasswords, "\n"+line)
}
