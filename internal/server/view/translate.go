package view

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// translate returns a text with its arguments in the language. The result is a string,
// or HTML if it contains times of day, which times.js converts to the reader's zone.
func translate(localizer *i18n.Localizer, text any, args []any) (any, error) {
	switch text := text.(type) {
	case cesi.Text:
		return withTimes(localizer, text), nil
	case string:
		return withTimes(localizer, cesi.T(text, args...)), nil
	default:
		return "", fmt.Errorf("%T can't be translated", text)
	}
}

// sentence is translate for the beginning of a line: if the English text begins with a
// small letter, the result begins with a capital.
func sentence(localizer *i18n.Localizer, text any, args []any) (any, error) {
	said, err := translate(localizer, text, args)
	if t, is := text.(cesi.Text); is && (t.ID == "" || t.ID[0] < 'a' || t.ID[0] > 'z') {
		return said, err
	}
	switch said := said.(type) {
	case string:
		return capitalized(said), err
	case template.HTML:
		return template.HTML(capitalized(string(said))), err
	default:
		return said, err
	}
}

// timePlace marks the first time in a text until it becomes HTML. If a name of a node
// has such a character, a time appears twice, which is harmless.
const timePlace = '\ue000'

func withTimes(localizer *i18n.Localizer, p cesi.Text) any {
	var times []string
	p = sanitized(p)
	text := localizer.WithTimeFormat(func(text, layout string, t time.Time) string {
		if !strings.Contains(layout, "15:04") {
			return text // a day, which has no zone
		}
		times = append(times, timeElement(text, layout, t))
		return string(timePlace + rune(len(times)-1))
	}).Localize(p)
	if times == nil {
		return text
	}
	return fillPlaces(template.HTMLEscapeString(text), timePlace, times)
}

func timeElement(text, layout string, t time.Time) string {
	form := ""
	if strings.Contains(layout, "MST") {
		form = ` data-form="full"`
	}
	return fmt.Sprintf(`<time datetime="%s"%s>%s</time>`, t.Format(time.RFC3339), form, template.HTMLEscapeString(text))
}

// sanitized returns the text with request.Sanitize applied to its strings: they may
// come from a node or a request.
func sanitized(t cesi.Text) cesi.Text {
	args := make([]any, len(t.Args))
	for i, arg := range t.Args {
		switch arg := arg.(type) {
		case string:
			args[i] = request.Sanitize(arg)
		case cesi.Text:
			args[i] = sanitized(arg)
		default:
			args[i] = arg
		}
	}
	return cesi.Text{ID: t.ID, Args: args}
}
