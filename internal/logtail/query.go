package logtail

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"cesi/internal/cesi"
)

const (
	// maxQuery bounds the text of a query, in bytes.
	maxQuery = 1000
	// maxSteps bounds the compiled size of an expression, in instructions. A match may
	// execute that many for every byte.
	maxSteps = 1000
	// maxCost bounds the cost of one call of package regexp, which can't be cancelled,
	// in instructions: most of a second.
	maxCost = 1 << 26
	// lookEvery is after how many characters a match checks its context.
	lookEvery = 256
)

// Query is a text or expression to search for in a log, line by line.
type Query struct {
	expression *regexp.Regexp
	further    *regexp.Regexp // finds the expression as its first group, after at least one character
	steps      int
	literal    bool // each line is read once, however often it matches
}

// NewQuery returns the query for a text, or for an RE2 expression. A text without
// capital letters matches in any case; an expression needs (?i) for that. Errors:
// Invalid, also for an expression of more than 1,000 instructions.
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
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return Query{}, cesi.Wrap(cesi.Invalid, err, "%q is no regular expression: %s.", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	steps := stepsOf(parsed)
	if steps > maxSteps && isExpression {
		return Query{}, cesi.Errorf(cesi.Invalid, "This expression is too large: its repetitions come to more than %d steps.", maxSteps)
	}
	q := Query{steps: steps, literal: !isExpression}
	if q.expression, err = regexp.Compile(pattern); err == nil {
		q.further, err = regexp.Compile("^(?s:.)(?s:.*?)(" + parsed.String() + ")")
	}
	if err != nil {
		return Query{}, cesi.Wrap(cesi.Invalid, err, "%q is no regular expression: %s.", text, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return q, nil
}

// stepsOf estimates to how many instructions an expression will compile: a few letters
// can make millions. It returns at most a little more than maxSteps.
func stepsOf(e *syntax.Regexp) int {
	steps := 1
	if e.Op == syntax.OpLiteral {
		steps = len(e.Rune)
	}
	for _, sub := range e.Sub {
		steps = min(steps+1+stepsOf(sub), maxSteps+1)
	}
	if e.Op == syntax.OpRepeat {
		steps *= max(e.Min, e.Max, 1)
	}
	return min(steps, maxSteps+1)
}

// In calls found for each match in the text, in order, with the place of the match and
// of its line. Empty matches do not count. It fails within some tenths of a second when
// ctx ends, so a deadline bounds its computing time.
func (q Query) In(ctx context.Context, text []byte, found func(from, to, lineFrom, lineTo int)) error {
	for from := 0; from < len(text); {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := len(text)
		if i := bytes.IndexByte(text[from:], '\n'); i >= 0 {
			to = from + i
		}
		err := q.inLine(ctx, bytes.TrimSuffix(text[from:to], []byte{'\r'}), func(matchFrom, matchTo int) {
			if matchFrom < matchTo {
				found(from+matchFrom, from+matchTo, from, to)
			}
		})
		if err != nil {
			return err
		}
		from = to + 1
	}
	return nil
}

// inLine finds the matches in a line.
func (q Query) inLine(ctx context.Context, line []byte, found func(from, to int)) error {
	cost := len(line) * q.steps
	if !q.literal { // each match may read the rest of the line
		cost *= len(line)
	}
	if cost > maxCost {
		return q.inLongLine(ctx, line, found)
	}
	for _, m := range q.expression.FindAllIndex(line, -1) {
		found(m[0], m[1])
	}
	return nil
}

// inLongLine is inLine for a line that may take long: several times slower, but it can
// be cancelled.
func (q Query) inLongLine(ctx context.Context, line []byte, found func(from, to int)) error {
	r := &runeReader{ctx: ctx, text: line}
	m := q.expression.FindReaderIndex(r)
	for m != nil && r.err == nil {
		found(m[0], m[1])
		next := m[1]
		if m[0] == m[1] {
			_, n := utf8.DecodeRune(line[next:])
			next += n
		}
		if next >= len(line) {
			break
		}
		_, n := utf8.DecodeLastRune(line[:next]) // ^ and \b need the character before
		base := next - n
		if base < 0 || n == 0 {
			break
		}
		r = &runeReader{ctx: ctx, text: line[base:]}
		if m = q.further.FindReaderSubmatchIndex(r); m != nil {
			m = []int{base + m[2], base + m[3]}
		}
	}
	return r.err
}

// runeReader reads a text for a match, and ends with its context.
type runeReader struct {
	ctx   context.Context
	text  []byte
	count int
	err   error // of the context
}

// ReadRune implements io.RuneReader.
func (r *runeReader) ReadRune() (rune, int, error) {
	if r.count%lookEvery == 0 && r.err == nil {
		r.err = r.ctx.Err()
	}
	r.count++
	if r.err != nil || len(r.text) == 0 {
		return 0, 0, io.EOF
	}
	c, n := utf8.DecodeRune(r.text)
	r.text = r.text[n:]
	return c, n, nil
}
