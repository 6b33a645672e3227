package request

import (
	"fmt"
	"strings"
	"unicode"
)

// Number writes a count with a comma between thousands.
func Number(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Sanitize puts a text on one line and replaces control characters and Unicode's
// invisible ones, which could hide or reorder text. It is for titles, labels and
// sentences, where no bdi element can isolate a hostile name.
func Sanitize(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
