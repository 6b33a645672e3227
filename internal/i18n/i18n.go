// Package i18n says what people read in their language. A text's key is the text
// itself in English, as a format of package fmt, so that code and templates can be
// read; the other languages are catalogues, and English needs one for its plurals
// alone.
//
// Names of states, such as RUNNING, are supervisord's own and the same everywhere.
// The log and the API speak English.
package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Auto is the preference of those who leave the language to their browser.
const Auto = "auto"

// Bundle is all the languages.
type Bundle struct {
	speakers []*Localizer
	matcher  language.Matcher
}

// entry is a text in a catalogue: one form, or a form for each plural category of
// the text's first number.
type entry struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON takes a string, or an object such as {"one": …, "other": …}.
func (e *entry) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &e.text) == nil {
		return nil
	}
	return json.Unmarshal(data, &e.forms)
}

// New reads the catalogues: files named after their language, such as zh-CN.json.
// English is first, and is what those get whose language there is not.
func New(catalogues fs.FS) (*Bundle, error) {
	names, err := fs.Glob(catalogues, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	builder := catalog.NewBuilder(catalog.Fallback(language.English))
	tags := []language.Tag{language.English}
	for _, name := range names {
		tag, err := language.Parse(strings.TrimSuffix(path.Base(name), ".json"))
		if err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		if tag != language.English {
			tags = append(tags, tag)
		}
		if err := read(catalogues, name, tag, builder); err != nil {
			return nil, err
		}
	}
	b := &Bundle{matcher: language.NewMatcher(tags)}
	for _, tag := range tags {
		b.speakers = append(b.speakers, &Localizer{tag: tag, printer: message.NewPrinter(tag, message.Catalog(builder))})
	}
	return b, nil
}

func read(catalogues fs.FS, name string, tag language.Tag, to *catalog.Builder) error {
	data, err := fs.ReadFile(catalogues, name)
	if err != nil {
		return fmt.Errorf("catalogue %s: %w", name, err)
	}
	var entries map[string]entry
	if err := json.Unmarshal(data, &entries); err != nil {
		return fmt.Errorf("catalogue %s: %w", name, err)
	}
	for key, e := range entries {
		m, err := e.message()
		if err == nil {
			err = to.Set(tag, key, m)
		}
		if err != nil {
			return fmt.Errorf("catalogue %s: %q: %w", name, key, err)
		}
	}
	return nil
}

// message compiles an entry. The form for "other" is required, as it is by the
// plural rules of every language.
func (e entry) message() (catalog.Message, error) {
	if e.forms == nil {
		return catalog.String(e.text), nil
	}
	var cases []any
	for _, category := range []string{"zero", "one", "two", "few", "many", "other"} {
		if form, found := e.forms[category]; found {
			cases = append(cases, category, form)
		}
	}
	if len(cases) != 2*len(e.forms) || e.forms["other"] == "" {
		return nil, errors.New("want forms for plural categories, and one for other")
	}
	return plural.Selectf(1, "%d", cases...), nil
}

// Localizers returns who speaks each language, English first.
func (b *Bundle) Localizers() []*Localizer { return b.speakers }

// Choose returns who speaks the first of the wishes that can be met. A wish is a
// language tag, a browser's Accept-Language, Auto or empty.
func (b *Bundle) Choose(wishes ...string) *Localizer {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || wish == Auto {
			continue
		}
		if _, i, confidence := b.matcher.Match(tags...); confidence > language.No {
			return b.speakers[i]
		}
	}
	return b.speakers[0]
}

// Localizer says things in one language. A nil Speaker says them as they are
// written. It is safe for concurrent use.
type Localizer struct {
	tag     language.Tag
	printer *message.Printer
	mark    func(text, layout string, t time.Time) string // nil: times are said as they are
}

// Tag is the language, such as "en" or "zh-CN".
func (s *Localizer) Tag() string {
	if s == nil {
		return language.English.String()
	}
	return s.tag.String()
}

// Name is what the language calls itself, such as "English" or "简体中文".
func (s *Localizer) Name() string { return s.Sprintf("English") }

// Sprintf formats a text in the language; the verbs are those of package fmt. Numbers
// are written as people of the language do.
func (s *Localizer) Sprintf(text string, args ...any) string {
	if s == nil || s.printer == nil {
		return fmt.Sprintf(text, args...)
	}
	return s.printer.Sprintf(text, args...)
}
