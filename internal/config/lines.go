package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxUnreadable bounds how many lines of one file are reported as not INI: these
	// are enough to recognise a file of garbage.
	maxUnreadable = 10
	// maxKeys bounds the keys of one section, far above the number of known keys:
	// ini.v1 searches all of them for each new one.
	maxKeys = 200
)

// heading has the line of a section, and the lines of its keys.
type heading struct {
	line int
	keys map[string]int
}

// lines reads a file line by line before ini.v1 does. It removes comments, finds lines
// that are not INI, refuses a repeated key, keeps the line numbers, which ini.v1 does
// not have, and writes the rest in a form that ini.v1 reads in only one way.
type lines struct {
	file       string
	clean      bytes.Buffer
	headings   []heading
	found      findings
	unreadable int
	sawBracket bool // at least one line was meant as a section
	homeless   bool // the next keys belong to no section, and that was reported
	tomlAt     int  // the line that shows that this is TOML; 0: none
}

// scan reads the lines of data and reports what is wrong with them.
func scan(file string, data []byte, r *report) *lines {
	l := &lines{file: file}
	if line, why := notText(data); why != "" {
		r.problem(place{file, line}, "%s", why)
		return l
	}
	n := 0
	for line := range strings.SplitSeq(string(withoutBOM(data)), "\n") {
		n++
		l.line(n, line)
	}
	l.reportTo(r)
	return l
}

// notText says in which line, and why, the data can't be INI at all.
func notText(data []byte) (int, string) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return 1, "this is UTF-16 text: save the file as UTF-8"
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return 1 + bytes.Count(data[:i], []byte("\n")), "this is no text file: it holds a NUL byte"
	}
	return 0, ""
}

func withoutBOM(data []byte) []byte {
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}

func (l *lines) problem(line int, format string, args ...any) {
	l.found.add(place{l.file, line}, fmt.Sprintf(format, args...))
}

// noINI notes a line that can't be read. It never quotes the line: it may hold a
// password, or bytes that are not text.
func (l *lines) noINI(line int, text string) {
	l.unreadable++
	if l.unreadable <= maxUnreadable {
		l.problem(line, "%s", text)
	}
}

// reportTo reports what was found. For a file that was never meant as INI that is one
// problem, not one for each line.
func (l *lines) reportTo(r *report) {
	if l.tomlAt > 0 {
		r.problem(place{l.file, l.tomlAt}, `this is TOML, as CeSI 2.6 to 2.7 had it: "cesi convert FILE" turns it into a cesi.conf`)
		return
	}
	if len(l.found.list) > 0 && !l.sawBracket {
		first := l.found.list[0]
		r.problem(place{l.file, first.Line}, "this is no INI file: it has no [section] line")
		return
	}
	for _, p := range l.found.list {
		r.problem(place{p.File, p.Line}, "%s", p.Text)
	}
	r.problems.more += l.found.more
	if more := l.unreadable - maxUnreadable; more > 0 {
		r.problem(place{file: l.file}, "and %d more lines that can't be read", more)
	}
}

func (l *lines) line(n int, line string) {
	text := strings.TrimSpace(line)
	switch {
	case text == "" || isComment(text):
	case unicode.IsSpace(firstRune(line)):
		l.noINI(n, `this line is indented: a key or a [section] begins at the start of its line, and a value ends with its line`+withoutIndent(text))
	case text[0] == '[':
		l.readSection(n, text)
	default:
		l.key(n, text)
	}
}

// withoutIndent says how to write an indented line that looks like a key.
func withoutIndent(text string) string {
	i := strings.IndexAny(text, "=:")
	if i < 0 || !isKey(strings.ToLower(strings.TrimSpace(text[:i]))) {
		return ""
	}
	return fmt.Sprintf(`; write "%s = …" without the white space before it`, strings.TrimSpace(text[:i]))
}

func isComment(text string) bool { return text[0] == ';' || text[0] == '#' }

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// readSection reads a "[name]" line. If the line is invalid, the keys below it are
// ignored: they do not belong to the section above.
func (l *lines) readSection(n int, text string) {
	l.sawBracket, l.homeless = true, true
	name, rest, closed := strings.Cut(text[1:], "]")
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
	switch unfit := unfitText(name); {
	case strings.HasPrefix(text, "[["):
		if strings.TrimSpace(name[1:]) == "nodes" && l.tomlAt == 0 {
			l.tomlAt = n
		}
		l.noINI(n, `"[[" belongs to TOML: a section here has one bracket on each side`)
	case !closed:
		l.noINI(n, `"[" without "]"`)
	case unfit != "":
		l.noINI(n, "this section's name "+unfit)
	case name == "":
		l.noINI(n, "this section has no name")
	case rest != "" && !isComment(rest):
		l.noINI(n, `there is more behind the "]" than a comment`)
	default:
		l.homeless = false
		l.headings = append(l.headings, heading{line: n, keys: map[string]int{}})
		fmt.Fprintf(&l.clean, "[%s]\n", name)
	}
}

// key reads a "key = value" or "key: value" line.
func (l *lines) key(n int, text string) {
	i := strings.IndexAny(text, "=:")
	if i < 0 {
		l.noINI(n, `this line is neither "key = value" nor "[section]" nor a comment`)
		return
	}
	key := strings.ToLower(strings.TrimSpace(text[:i]))
	value := strings.TrimSpace(withoutComment(text[i+1:]))
	switch unfit := unfitText(value); {
	case !isKey(key):
		l.noINI(n, "what stands before the \""+text[i:i+1]+"\" is no key")
	case unfit != "":
		l.noINI(n, "the value of "+quote(key)+" "+unfit)
	case l.homeless:
	case len(l.headings) == 0:
		l.homeless = true
		l.problem(n, "%s stands before the first [section]", quote(key))
	default:
		l.keep(n, key, value)
	}
}

// keep writes a key for ini.v1: its value in double quotes, with a backslash before
// each quote in it. That is the one form whose content ini.v1 never changes.
func (l *lines) keep(n int, key, value string) {
	keys := l.headings[len(l.headings)-1].keys
	if first, taken := keys[key]; taken {
		l.problem(n, "%s is already set in line %d", quote(key), first)
		return
	}
	if len(keys) == maxKeys {
		l.noINI(n, fmt.Sprintf("this section has more than %d keys", maxKeys))
		return
	}
	keys[key] = n
	fmt.Fprintf(&l.clean, "%s = \"%s\"\n", key, strings.ReplaceAll(value, `"`, `\"`))
}

// withoutComment cuts s, the text after the "=", at the first ";" after white space.
func withoutComment(s string) string {
	afterSpace := false
	for i, r := range s {
		if r == ';' && afterSpace {
			return s[:i]
		}
		afterSpace = unicode.IsSpace(r)
	}
	return s
}

// isKey reports whether s has the form of a key: a letter, then also digits, "_", "-",
// "." and spaces.
func isKey(s string) bool {
	for i, r := range s {
		inner := i > 0 && (unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-. ", r))
		if !unicode.IsLetter(r) && !inner {
			return false
		}
	}
	return s != ""
}

// unfitText says why s can't be a name or a value; empty if it can.
func unfitText(s string) string {
	if !utf8.ValidString(s) {
		return "is not UTF-8 text"
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\t' {
			return fmt.Sprintf("holds the control character U+%04X", r)
		}
	}
	return ""
}
