package view

import (
	"fmt"
	"html/template"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// RelativeTime is a time as users see it: how far away it is, with the exact time as a
// tooltip.
type RelativeTime struct {
	Time  time.Time // zero: never
	Words cesi.Text
}

// NewRelativeTime returns a time in the past or the future.
func NewRelativeTime(now, t time.Time) RelativeTime {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return RelativeTime{}
	case d <= -24*time.Hour:
		return RelativeTime{t, cesi.T("on %s", cesi.At("2 Jan 2006", t.In(now.Location())))}
	case d < 0:
		return RelativeTime{t, cesi.T("in %v", cesi.DurationText(-d))} // %s is for how long something took
	case d < time.Minute:
		return RelativeTime{t, cesi.T("just now")}
	case d < 48*time.Hour:
		return RelativeTime{t, cesi.T("%s ago", cesi.DurationText(d))}
	default:
		return RelativeTime{t, cesi.T("%s ago", cesi.DurationText(d.Truncate(24*time.Hour)))}
	}
}

// html writes the time as an element that times.js keeps up to date.
func (r RelativeTime) html(localizer *i18n.Localizer, _ string) template.HTML {
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-form="words" title="%s">%s</time>`,
		r.Time.Format(time.RFC3339), r.Time.Format("2006-01-02 15:04 MST"), template.HTMLEscapeString(localizer.Localize(r.Words))))
}
