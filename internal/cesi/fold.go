package cesi

import (
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxFolded is the longest name that is folded, in bytes: more than MaxUserName
// characters need, however they are composed.
const maxFolded = 4096

// FoldUserName returns what names of one user have in common, however their
// letters are written (É or é) and composed (one character or two): Unicode's
// canonical caseless matching (The Unicode Standard, D145), composed. A name of
// more than 4096 bytes, which no user has, is returned as it is.
func FoldUserName(name string) string {
	if len(name) > maxFolded {
		return name
	}
	folded := cases.Fold().String(norm.NFD.String(name)) // a Caser is not for several goroutines
	return norm.NFC.String(folded)
}

// SameUserName reports whether both names are one user's; see FoldUserName.
func SameUserName(a, b string) bool { return FoldUserName(a) == FoldUserName(b) }
