// Package ansi turns terminal text into spans that a page can show: colours become
// classes, other escape sequences are left out, and bytes that would hide or reorder
// text become visible.
package ansi

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Span is a piece of a log in one style. Class is a list of CSS classes; empty for
// plain text. Text may hold any printable character: pages have to escape it.
type Span struct {
	Class string
	Text  string
}

// MarshalJSON writes a span as the scripts read it: [text, class].
func (s Span) MarshalJSON() ([]byte, error) { return json.Marshal([2]string{s.Text, s.Class}) }

// The classes of what a log holds besides text.
const (
	ClassControl = "log-control" // a control character, as ^G
	ClassByte    = "log-byte"    // a byte that is not UTF-8, as \xC4
	ClassGap     = "log-gap"     // bytes that can't be read
	classMatch   = "log-match"   // a match of the search
)

// maxSequence bounds an escape sequence in bytes. A longer one is shown as text.
const maxSequence = 256

// Decoder turns the bytes of a log into spans. It keeps its state between writes, so a
// colour, an escape sequence or a character may continue in the next write.
//
// It understands SGR, the sequences for colours and weights, and leaves out all other
// sequences. github.com/buildkite/terminal-to-html would do more than needed: it keeps
// a whole screen with cursor, links and images in memory, and its newer versions need a
// newer Go than this program.
type Decoder struct {
	style   style
	Pending []byte // an incomplete escape sequence, character or \r
	Match   bool   // the next bytes match the search
	spans   []Span
}

// Write takes the next bytes and returns the spans that are complete.
func (a *Decoder) Write(p []byte) []Span {
	if len(a.Pending) > 0 {
		p = append(a.Pending, p...)
		a.Pending = nil
	}
	for len(p) > 0 {
		n := a.next(p)
		if n == 0 {
			a.Pending = append([]byte(nil), p...)
			break
		}
		p = p[n:]
	}
	return a.take()
}

// Flush returns the spans of the pending bytes, if nothing follows them.
func (a *Decoder) Flush() []Span {
	for rest := a.Pending; len(rest) > 0; {
		if rest[0] == '\x1b' || rest[0] == '\r' {
			a.control(rune(rest[0]))
		} else {
			a.emit(fmt.Sprintf(`\x%02X`, rest[0]), ClassByte)
		}
		rest = rest[1:]
		n := plainLength(rest)
		a.text(rest[:n])
		rest = rest[n:]
	}
	a.Pending = nil
	return a.take()
}

func (a *Decoder) take() []Span {
	spans := a.spans
	a.spans = nil
	return spans
}

// next reads the first item of p and returns its length in bytes; 0 if more bytes are
// needed to decide.
func (a *Decoder) next(p []byte) int {
	if n := plainLength(p); n > 0 {
		a.text(p[:n])
		return n
	}
	switch b := p[0]; {
	case b == '\r':
		return a.carriageReturn(p)
	case b == '\x1b':
		return a.escape(p)
	case b < utf8.RuneSelf:
		a.control(rune(b))
		return 1
	}
	r, n := utf8.DecodeRune(p)
	switch {
	case r == utf8.RuneError && n == 1 && !utf8.FullRune(p):
		return 0
	case r == utf8.RuneError && n == 1:
		a.emit(fmt.Sprintf(`\x%02X`, p[0]), ClassByte)
	default:
		a.emit(fmt.Sprintf("<U+%04X>", r), ClassControl)
	}
	return n
}

// plainLength returns how many bytes at the start of p are plain text.
func plainLength(p []byte) int {
	for i := 0; i < len(p); {
		if b := p[i]; b < utf8.RuneSelf {
			if b < ' ' && b != '\n' && b != '\t' || b == 0x7f {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && n == 1 || isInvisible(r) {
			return i
		}
		i += n
	}
	return len(p)
}

// isInvisible reports characters that change the writing direction or have no glyph: C1
// controls and the controls of writing direction.
func isInvisible(r rune) bool {
	return r >= 0x80 && r <= 0x9f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// text adds plain text in the current style.
func (a *Decoder) text(p []byte) {
	if len(p) > 0 {
		a.emit(string(p), a.style.class())
	}
}

func (a *Decoder) emit(text, class string) {
	if a.Match {
		class = strings.TrimSpace(class + " " + classMatch)
	}
	if last := len(a.spans) - 1; last >= 0 && a.spans[last].Class == class {
		a.spans[last].Text += text
		return
	}
	a.spans = append(a.spans, Span{Class: class, Text: text})
}

// control draws a control character as terminals do: ^@, ^G, ^[ …
func (a *Decoder) control(r rune) { a.emit("^"+string(r^0x40), ClassControl) }

// carriageReturn reads \r
// as the end of a line. A single \r, of a progress bar for example, is shown and also
// ends a line.
func (a *Decoder) carriageReturn(p []byte) int {
	switch {
	case len(p) == 1:
		return 0
	case p[1] == '\n':
		a.text(p[1:2])
		return 2
	}
	a.control('\r')
	a.text([]byte{'\n'})
	return 1
}

// escape reads an escape sequence. Styles are applied, other sequences are left out. An
// ESC without a sequence is shown.
func (a *Decoder) escape(p []byte) int {
	if len(p) == 1 {
		return 0
	}
	switch b := p[1]; {
	case b == '[':
		return a.sequence(p)
	case b == ']' || b == 'P' || b == '_' || b == '^' || b == 'X':
		return a.stringSequence(p)
	case strings.IndexByte("78=>cDEHMNOZ\\", b) >= 0: // save the cursor, reset, …
		return 2
	case strings.IndexByte("()*+#%", b) >= 0: // choose a character set
		return min(len(p), 3) / 3 * 3
	}
	a.control('\x1b')
	return 1
}

// sequence reads "ESC [ parameters final".
func (a *Decoder) sequence(p []byte) int {
	for i := 2; i < len(p) && i < maxSequence; i++ {
		switch b := p[i]; {
		case b >= 0x40 && b <= 0x7e:
			if b == 'm' {
				a.style = a.style.apply(string(p[2:i]))
			}
			return i + 1
		case b < 0x20 || b > 0x3f:
			a.control('\x1b')
			return 1
		}
	}
	return a.unfinished(p)
}

// stringSequence reads a sequence that ends with BEL or ESC \, such as a window title.
func (a *Decoder) stringSequence(p []byte) int {
	for i := 2; i < len(p) && i < maxSequence; i++ {
		switch {
		case p[i] == '\a':
			return i + 1
		case p[i] == '\x1b' && i+1 < len(p) && p[i+1] == '\\':
			return i + 2
		case p[i] == '\n':
			a.control('\x1b')
			return 1
		}
	}
	return a.unfinished(p)
}

// unfinished waits for the end of a sequence, up to maxSequence bytes.
func (a *Decoder) unfinished(p []byte) int {
	if len(p) < maxSequence {
		return 0
	}
	a.control('\x1b')
	return 1
}
