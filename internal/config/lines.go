package config

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxUnreadable bounds how many lines of one file are reported as not INI: a
	// file of garbage needs no more to be recognised.
	maxUnreadable = 10
	// maxKeys bounds the keys of one section, far above what there is to set:
	// ini.v1 looks through all of them for each new one.
	maxKeys = 200
)

// heading is where a section stands: its own line and those of its keys.
type heading struct {
	line int
	keys map[string]int
}

// lines is the pass over a file's lines that ini.v1 needs in front of it. It
// takes out comments, finds the lines that are no INI, refuses a key that is
// there twice, keeps the line numbers, which ini.v1 doesn't know, and hands the
// rest on in a form that ini.v1 has only one way to read.
type lines struct {
	file       string
	clean      bytes.Buffer
	headings   []heading
	found      findings
	unreadable int
	sawBracket bool // some line at least was meant as a section
	homeless   bool // the keys that follow belong to no section, and that was said
	tomlAt     int  // the line that shows that this is TOML; 0: none does
}

// scan passes over the lines of data and reports what is wrong with them.
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

// notText says in which line it shows, and why, that data can't be INI at all.
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

// noINI notes a line that can't be read. It never quotes the line, which may
// hold a password, or no text at all.
func (l *lines) noINI(line int, text string) {
	l.unreadable++
	if l.unreadable <= maxUnreadable {
		l.problem(line, "%s", text)
	}
}

// reportTo hands over what was found: for a file that never tried to be INI one
// sentence, not a complaint for each of its lines.
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

// withoutIndent says how to write an indented line that looks like a key's.
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

// readSection reads a "[name]" line. If it can't, the keys below it are left alone:
// they are not the section's before it.
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

// keep writes a key for ini.v1: its value in double quotes, and each quote in
// it behind a backslash, which is the one form whose content ini.v1 leaves
// alone whatever it holds.
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

// withoutComment cuts s, which is what follows the "=", at the first ";" that
// has white space before it.
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

// isKey reports whether s could be a key, known or not: a letter first, then
// also digits, "_", "-", "." and spaces.
func isKey(s string) bool {
	for i, r := range s {
		inner := i > 0 && (unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune("_-. ", r))
		if !unicode.IsLetter(r) && !inner {
			return false
		}
	}
	return s != ""
}

// unfitText says why s can't be a name or a value, or nothing if it can.
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
