package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// terminal is an output that may be a terminal: it escapes, as in JSON, whatever could
// control a terminal or reorder a line (control and formatting characters, bytes that
// are not UTF-8), except tabs and ends of lines.
type terminal struct {
	out io.Writer
}

// Write writes p, escaped where necessary. Each call must have whole characters.
func (t terminal) Write(p []byte) (int, error) {
	if _, err := io.WriteString(t.out, escaped(string(p), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}

// oneLine escapes a text from elsewhere (a node, a user, a file), so that it can't end
// the line either.
func oneLine(s string) string { return escaped(s, "") }

// escaped returns s with the escapes of terminal, except for the characters in kept.
func escaped(s, kept string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\u%04x`, s[0])
		case (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029') && !strings.ContainsRune(kept, r):
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}
