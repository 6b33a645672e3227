package server

import (
	"fmt"
	"strings"
	"unicode"
)

// rowID makes the id attribute of a row from what it shows: readable, without
// white space, and another for other parts.
func rowID(kind string, parts ...string) string {
	var b strings.Builder
	b.WriteString(kind)
	for i, part := range parts {
		if i == 0 {
			b.WriteByte('-')
		} else {
			b.WriteByte('/')
		}
		for _, r := range part {
			if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.:", r) {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, "=%X;", r)
			}
		}
	}
	return b.String()
}
