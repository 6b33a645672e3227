// Package i18n translates texts into the reader's language. A text's key is the text
// itself in English, a format of package fmt, so that code and templates stay readable.
// The other languages are catalogues; English needs one only for its plurals.
//
// Names of states, such as RUNNING, are supervisord's and the same in every language.
// The log and the API are in English.
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

// Auto is the preference that leaves the language to the browser.
const Auto = "auto"

// Bundle has all languages.
type Bundle struct {
	localizers []*Localizer
	matcher    language.Matcher
}

// entry is a text in a catalogue: one form, or a form for each plural category of
// the text's first number.
type entry struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads a string, or an object such as {"one": …, "other": …}.
func (e *entry) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &e.text) == nil {
		return nil
	}
	return json.Unmarshal(data, &e.forms)
}

// New reads the catalogues: files named after their language, such as zh-CN.json.
// English is first, and is used for every unknown language.
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
		b.localizers = append(b.localizers, &Localizer{tag: tag, printer: message.NewPrinter(tag, message.Catalog(builder))})
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

// message compiles an entry. The form for "other" is required, as by the plural rules
// of every language.
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

// Localizers returns the localizer of each language, English first.
func (b *Bundle) Localizers() []*Localizer { return b.localizers }

// Choose returns the localizer of the first preference that is available. A preference
// is a language tag, a browser's Accept-Language, Auto or empty.
func (b *Bundle) Choose(preferences ...string) *Localizer {
	for _, preference := range preferences {
		tags, _, err := language.ParseAcceptLanguage(preference)
		if err != nil || preference == Auto {
			continue
		}
		if _, i, confidence := b.matcher.Match(tags...); confidence > language.No {
			return b.localizers[i]
		}
	}
	return b.localizers[0]
}

// Localizer translates into one language. A nil Localizer returns the English texts. It
// is safe for concurrent use.
type Localizer struct {
	tag     language.Tag
	printer *message.Printer
	mark    func(text, layout string, t time.Time) string // nil: times are plain text
}

// Tag returns the language tag, such as "en" or "zh-CN".
func (s *Localizer) Tag() string {
	if s == nil {
		return language.English.String()
	}
	return s.tag.String()
}

// Name returns the language's own name, such as "English" or "简体中文".
func (s *Localizer) Name() string { return s.Sprintf("English") }

// Sprintf formats a text in the language; the verbs are those of package fmt. Numbers
// have the format of the language.
func (s *Localizer) Sprintf(text string, args ...any) string {
	if s == nil || s.printer == nil {
		return fmt.Sprintf(text, args...)
	}
	return s.printer.Sprintf(text, args...)
}
