package view

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"cesi/internal/i18n"
)

// translate says a text with its arguments, or a phrase. It is a string, or HTML
// where times of day are in it, which times.js says in the reader's zone.
func translate(speaker *i18n.Localizer, text any, args []any) (any, error) {
	switch text := text.(type) {
	case i18n.Phrase:
		return withTimes(speaker, text), nil
	case string:
		return withTimes(speaker, i18n.Of(text, args...)), nil
	default:
		return "", fmt.Errorf("%T can't be translated", text)
	}
}

// timePlace is what stands for the first time in a text until it is HTML. Where
// a node has such a character in a name, a time is there once more, and no harm.
const timePlace = '\ue000'

func withTimes(speaker *i18n.Localizer, p i18n.Phrase) any {
	var times []string
	text := speaker.WithTimeFormat(func(text, layout string, t time.Time) string {
		if !strings.Contains(layout, "15:04") {
			return text // a day, which has no zone
		}
		times = append(times, string(timePlace+rune(len(times))), timeElement(text, layout, t))
		return times[len(times)-2]
	}).Localize(p)
	if times == nil {
		return text
	}
	return template.HTML(strings.NewReplacer(times...).Replace(template.HTMLEscapeString(text)))
}

func timeElement(text, layout string, t time.Time) string {
	form := ""
	if strings.Contains(layout, "MST") {
		form = ` data-form="full"`
	}
	return fmt.Sprintf(`<time datetime="%s"%s>%s</time>`, t.Format(time.RFC3339), form, template.HTMLEscapeString(text))
}
