package i18n

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// sentences are what is said in English where nobody knows who reads it: in an
// error, or in an entry of the activity log. They are known again, whether or not
// they begin with a capital.
type sentences struct {
	same  map[string]string // those that are always the same, in lower case
	forms []sentence        // the others, the longest first
}

// sentence is known again by its form.
type sentence struct {
	form *regexp.Regexp
	size int    // of what is the same each time
	in   string // in the language, with verbs for what is not
}

// verbsOf finds the verbs of a format; their number is among what it catches.
var verbsOf = regexp.MustCompile(`%(?:\[(\d+)\])?[sqd]`)

// readSentences reads the catalogue sentences/NAME, if there is one. Its keys are
// formats with the verbs %s, %q and %d.
func readSentences(catalogues fs.FS, name string) (sentences, error) {
	known := sentences{same: make(map[string]string)}
	data, err := fs.ReadFile(catalogues, "sentences/"+name)
	if errors.Is(err, fs.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return known, fmt.Errorf("catalogue of sentences: %w", err)
	}
	var entries map[string]string
	if err := json.Unmarshal(data, &entries); err != nil {
		return known, fmt.Errorf("catalogue sentences/%s: %w", name, err)
	}
	for key, in := range entries {
		if verbsOf.MatchString(key) {
			known.forms = append(known.forms, newSentence(key, in))
		} else {
			known.same[strings.ToLower(key)] = in
		}
	}
	slices.SortFunc(known.forms, func(a, b sentence) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.form.String(), b.form.String()))
	})
	return known, nil
}

// newSentence knows a format again in what was made with it.
func newSentence(format, in string) sentence {
	var form strings.Builder
	rest, size := format, 0
	for _, at := range verbsOf.FindAllStringIndex(format, -1) {
		literal := format[len(format)-len(rest) : at[0]]
		size += len(literal)
		form.WriteString(regexp.QuoteMeta(literal))
		form.WriteString(catches(format[at[1]-1]))
		rest = format[at[1]:]
	}
	form.WriteString(regexp.QuoteMeta(rest))
	return sentence{form: regexp.MustCompile("^(?is:" + form.String() + ")$"), size: size + len(rest), in: in}
}

// catches is a pattern for what a verb writes.
func catches(verb byte) string {
	switch verb {
	case 'd':
		return `(-?\d+)`
	case 'q':
		return `("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)+')`
	default:
		return `(.*?)`
	}
}

// LocalizeEnglish says in the language what was said in English: a sentence, one with
// another at its end, or several behind commas. What is not known stays English.
func (s *Localizer) LocalizeEnglish(english string) string {
	if told, known := s.known(english); known {
		return told
	}
	parts := strings.Split(english, ", ")
	for i, part := range parts {
		told, known := s.known(part)
		if !known {
			return english
		}
		parts[i] = told
	}
	return strings.Join(parts, "，")
}

func (s *Localizer) known(english string) (told string, known bool) {
	if s == nil {
		return english, false
	}
	if same, known := s.sentences.same[strings.ToLower(english)]; known {
		return same, true
	}
	for _, known := range s.sentences.forms {
		caught := known.form.FindStringSubmatch(english)
		if caught == nil {
			continue
		}
		for i := range caught[1:] {
			caught[i+1] = s.LocalizeEnglish(caught[i+1])
		}
		return fill(known.in, caught[1:]), true
	}
	return english, false
}

// fill puts what was caught in place of the verbs.
func fill(in string, caught []string) string {
	next := 0
	return verbsOf.ReplaceAllStringFunc(in, func(verb string) string {
		i := next
		if number := verbsOf.FindStringSubmatch(verb)[1]; number != "" {
			at, _ := strconv.Atoi(number) // the pattern lets digits through only
			i = at - 1
		}
		next = i + 1
		if i < 0 || i >= len(caught) {
			return verb
		}
		return caught[i]
	})
}
