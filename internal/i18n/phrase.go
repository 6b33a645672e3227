package i18n

import "time"

// Phrase is a text that is yet to be said in somebody's language. Among what it is
// filled in with may be other phrases. The zero Phrase says nothing.
type Phrase struct {
	Text string
	Args []any
}

// Of returns a phrase; the text is a format of package fmt and the catalogues' key.
func Of(text string, args ...any) Phrase { return Phrase{Text: text, Args: args} }

// Raw returns a phrase that is the same in every language, such as a name or
// what a node has said.
func Raw(text string) Phrase { return Phrase{Text: verbatim, Args: []any{text}} }

// Heard returns a phrase for what was said in English where nobody knows who
// reads it, such as an error's sentence; see Speaker.Retell.
func Heard(english string) Phrase { return Phrase{Text: verbatim, Args: []any{heard(english)}} }

type heard string

// At returns a phrase for a time. The layout, of package time, is the catalogues'
// key, where it has words or an order that is a language's own.
func At(layout string, t time.Time) Phrase {
	return Phrase{Text: verbatim, Args: []any{moment{layout, t}}}
}

type moment struct {
	layout string
	time   time.Time
}

// verbatim needs no entry in a catalogue.
const verbatim = "%s"

// String says the phrase as it is written, in English without its plurals.
func (p Phrase) String() string { return (*Localizer)(nil).Localize(p) }

// Localize says a phrase in the language.
func (s *Localizer) Localize(p Phrase) string {
	if p.Text == "" {
		return ""
	}
	return s.Sprintf(p.Text, s.localizeArgs(p.Args)...)
}

// localizeArgs replaces the phrases and times among the arguments by what they say.
func (s *Localizer) localizeArgs(args []any) []any {
	list := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case Phrase:
			list[i] = s.Localize(arg)
		case heard:
			list[i] = s.LocalizeEnglish(string(arg))
		case moment:
			list[i] = s.clock(arg)
		default:
			list[i] = arg
		}
	}
	return list
}

// clock says a time.
func (s *Localizer) clock(m moment) string {
	text := m.time.Format(s.Localize(Phrase{Text: m.layout}))
	if s == nil || s.mark == nil {
		return text
	}
	return s.mark(text, m.layout, m.time)
}

// WithTimeFormat returns who speaks the same, but has what is said for a time, and the
// layout that it was made with, replaced by what mark returns.
func (s *Localizer) WithTimeFormat(mark func(text, layout string, t time.Time) string) *Localizer {
	var marking Localizer
	if s != nil {
		marking = *s
	}
	marking.mark = mark
	return &marking
}
