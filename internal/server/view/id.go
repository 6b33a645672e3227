package view

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"cesi/internal/cesi"
)

// ProcessRowID returns the id attribute of a process's row. It is the same on all
// pages, so that links find the row.
func ProcessRowID(node string, id cesi.ProcessID) string {
	return RowID("process", node, id.String())
}

// RowLink returns the local path of a row on a page.
func RowLink(page, rowID string) string { return page + "#" + url.PathEscape(rowID) }

// RowID makes the id attribute of a row from its parts: readable, without white space,
// and different for different parts.
func RowID(kind string, parts ...string) string {
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
