package cesi

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxFolded bounds the length of a folded name, in bytes: more than MaxUserName
// characters need in any form.
const maxFolded = 4096

// FoldUserName returns the common form of all names of one user, whatever their case (É
// or é) and composition (one character or two): Unicode's canonical caseless matching
// (The Unicode Standard, D145), composed. A name of more than 4096 bytes, which no user
// has, is returned unchanged.
func FoldUserName(name string) string {
	if len(name) > maxFolded {
		return name
	}
	folded := cases.Fold().String(norm.NFD.String(name)) // a Caser must not be shared by goroutines
	return norm.NFC.String(folded)
}

// SameUserName reports whether both names are those of one user; see FoldUserName.
func SameUserName(a, b string) bool { return FoldUserName(a) == FoldUserName(b) }
