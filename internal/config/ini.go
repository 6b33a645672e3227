package config

import (
	"slices"
	"strings"

	"gopkg.in/ini.v1"
)

// entry is a key with its value.
type entry struct {
	key  string // in lower case
	text string // the value, which may be empty
	at   place
}

// section is a section of a file, known or not.
type section struct {
	kind    string // the text before the colon, in lower case
	named   bool   // there is a colon
	name    string // the text after it
	at      place
	entries []entry // in the order of the file
}

// label names the section for people.
func (s section) label() string {
	if s.named && (s.kind == kindNode || s.kind == kindEnvironment) {
		return s.kind + " " + quote(s.name)
	}
	return "[" + s.title() + "]"
}

// title returns the section's heading without its brackets.
func (s section) title() string {
	if s.named {
		return s.kind + ":" + s.name
	}
	return s.kind
}

// get returns the entry of a key that is set and not empty.
func (s section) get(key string) (entry, bool) {
	for _, e := range s.entries {
		if e.key == key {
			return e, e.text != ""
		}
	}
	return entry{}, false
}

// without returns the section without a key.
func (s section) without(key string) section {
	s.entries = slices.DeleteFunc(slices.Clone(s.entries), func(e entry) bool { return e.key == key })
	return s
}

// parse returns the sections of a file, and reports the lines that are not INI.
func parse(file string, data []byte, r *report) []section {
	l := scan(file, data, r)
	if l.tomlAt > 0 {
		return nil // its lines would only be reported as wrong
	}
	// Values are in quotes (see keep): ini.v1 looks for comments, continuations and
	// backticks only outside of them.
	parsed, err := ini.LoadSources(ini.LoadOptions{
		UnescapeValueDoubleQuotes: true,
		KeyValueDelimiters:        "=",
		// Sections of one name stay apart, to be refused later.
		AllowNonUniqueSections: true,
	}, l.clean.Bytes())
	if err != nil {
		// Errors of ini.v1 quote the line, which may hold a password.
		r.problem(place{file: file}, "this can't be read as INI")
		return nil
	}
	sections := make([]section, len(l.headings))
	for i, s := range parsed.Sections()[1:] { // the first is for keys outside of any section
		sections[i] = placed(file, s, l.headings[i])
	}
	return sections
}

// placed gives a section of ini.v1 its line numbers.
func placed(file string, from *ini.Section, h heading) section {
	kind, name, named := strings.Cut(from.Name(), ":")
	s := section{
		kind:  strings.ToLower(strings.TrimSpace(kind)),
		named: named,
		name:  strings.TrimSpace(name),
		at:    place{file, h.line},
	}
	for _, k := range from.Keys() {
		// Value, not String: String would expand %(x)s.
		s.entries = append(s.entries, entry{k.Name(), k.Value(), place{file, h.keys[k.Name()]}})
	}
	return s
}
