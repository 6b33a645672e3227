package view

import (
	"fmt"
	"html/template"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// viewFuncs are the functions of the templates, besides the methods of the page
// structs.
func viewFuncs(prefix string, static map[string]string, speaker *i18n.Localizer) template.FuncMap {
	staticURL := func(name string) (string, error) {
		p, found := static[name]
		if !found {
			return "", fmt.Errorf("there is no static file %q", name)
		}
		return prefix + p, nil
	}
	sprite := prefix + static["icons.svg"]
	return template.FuncMap{
		"url":      func(segments ...any) string { return prefix + request.LocalURL(segments...) },
		"local":    func(path string) string { return prefix + path },
		"static":   staticURL,
		"icon":     func(name string) template.HTML { return icon(sprite, name) },
		"t":        func(text any, args ...any) (any, error) { return translate(speaker, text, args) },
		"sentence": func(text any, args ...any) (any, error) { return sentence(speaker, text, args) },
		"squares":  func(nodeURL string, list []MapSquare) template.HTML { return Squares(speaker, nodeURL, list) },
		"do":       func(action any, what ...any) string { return doLabel(speaker, cesi.Action(fmt.Sprint(action)), what) },
		"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"plain":    request.Sanitize,
		"pending":  func(action any) string { return speaker.Localize(pending(cesi.Action(fmt.Sprint(action)))) },
		"capital":  func(v any) string { return Capitalized(fmt.Sprint(v)) },
	}
}

// icon draws an icon of the sprite. The text next to it, or the label of its button,
// says what it means.
func icon(sprite, name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` +
		template.HTMLEscapeString(sprite+"#"+name) + `"/></svg>`)
}

// When writes a time of day, with the date unless that is today, in the zone of now.
func When(now, t time.Time) cesi.Text {
	t = t.In(now.Location())
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return cesi.At("15:04:05", t)
	case t.Year() == now.Year():
		return cesi.At("2 Jan 15:04:05", t)
	default:
		return cesi.At("2 Jan 2006 15:04", t)
	}
}

// pending is the text of a running action: "stopping…".
func pending(action cesi.Action) cesi.Text {
	return cesi.T("%s…", ActionTextOf(action).Progressive)
}

// doLabel is the text of an action's button: "Stop", or with a target "Stop web:web1".
func doLabel(speaker *i18n.Localizer, action cesi.Action, what []any) string {
	if len(what) == 0 {
		return speaker.Localize(ActionTextOf(action).Title)
	}
	object, is := what[0].(cesi.Text)
	if !is {
		object = cesi.Raw(fmt.Sprint(what[0]))
	}
	return speaker.Localize(Do(action, object))
}
