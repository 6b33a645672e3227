package logs

import (
	"bytes"
	"regexp"
	"strings"

	"cesi/internal/cesi"
)

// maxQuery bounds what is searched for, in bytes.
const maxQuery = 1000

// Query is what is searched for in a log, line by line.
type Query struct {
	expression *regexp.Regexp
}

// NewQuery returns the query for a text, or for an RE2 expression. A text
// without a capital letter is found in capitals too; an expression says (?i) for
// that. It fails with Invalid.
func NewQuery(text string, isExpression bool) (Query, error) {
	switch {
	case text == "":
		return Query{}, cesi.Errorf(cesi.Invalid, "Say what to search for.")
	case len(text) > maxQuery:
		return Query{}, cesi.Errorf(cesi.Invalid, "What to search for is longer than %d bytes.", maxQuery)
	}
	pattern := text
	if !isExpression {
		pattern = regexp.QuoteMeta(text)
		if strings.ToLower(text) == text {
			pattern = "(?i)" + pattern
		}
	}
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return Query{}, cesi.Wrap(cesi.Invalid, err, "%q is no regular expression: %s.", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return Query{expression: expression}, nil
}

// In calls found for each match in the text, in order, with its place there and
// that of its line. Matches of nothing do not count.
func (q Query) In(text []byte, found func(from, to, lineFrom, lineTo int)) {
	for from := 0; from < len(text); {
		to := len(text)
		if i := bytes.IndexByte(text[from:], '\n'); i >= 0 {
			to = from + i
		}
		for _, m := range q.expression.FindAllIndex(bytes.TrimSuffix(text[from:to], []byte{'\r'}), -1) {
			if m[0] < m[1] {
				found(from+m[0], from+m[1], from, to)
			}
		}
		from = to + 1
	}
}
