package i18n

import (
	"time"

	"cesi/internal/cesi"
)

// Localize returns a text in the language.
func (s *Localizer) Localize(t cesi.Text) string {
	if t.ID == "" {
		return ""
	}
	return s.Sprintf(t.ID, t.Fill(s.Localize, s.moment)...)
}

// moment writes a time.
func (s *Localizer) moment(m cesi.Moment) string {
	text := m.Time.Format(s.Localize(cesi.Text{ID: m.Layout}))
	if s == nil || s.mark == nil {
		return text
	}
	return s.mark(text, m.Layout, m.Time)
}

// WithTimeFormat returns a localizer for the same language that writes times as mark
// returns them; mark gets the time as text, and the layout of that text.
func (s *Localizer) WithTimeFormat(mark func(text, layout string, t time.Time) string) *Localizer {
	var marking Localizer
	if s != nil {
		marking = *s
	}
	marking.mark = mark
	return &marking
}
