package view

import (
	"fmt"
	"html/template"
	"slices"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// viewFuncs are the functions of the templates. Templates can also call the methods of
// the page structs.
func viewFuncs(prefix string, static map[string]string, localizer *i18n.Localizer) template.FuncMap {
	staticURL := func(name string) (string, error) {
		p, found := static[name]
		if !found {
			return "", fmt.Errorf("there is no static file %q", name)
		}
		return prefix + p, nil
	}
	sprite := prefix + static["icons.svg"]
	return template.FuncMap{
		"url":    func(segments ...any) string { return prefix + request.LocalURL(segments...) },
		"local":  func(path string) string { return prefix + path },
		"static": staticURL,
		"icon":   func(name string) template.HTML { return icon(sprite, name) },
		"t": func(text any, args ...any) (any, error) {
			if id, is := text.(string); is && slices.ContainsFunc(args, isMarkup) {
				text = newRichText(id, args)
			}
			if rich, is := text.(RichText); is {
				return rich.html(localizer, prefix), nil
			}
			return translate(localizer, text, args)
		},
		"sentence": func(text any, args ...any) (any, error) { return sentence(localizer, text, args) },
		"squares":  func(nodeURL string, list []MapSquare) template.HTML { return Squares(localizer, nodeURL, list) },
		"actionLabel": func(action any, what ...any) string {
			return actionLabel(localizer, cesi.Action(fmt.Sprint(action)), what)
		},
		"iso":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"sanitize": request.Sanitize,
		"actionProgress": func(action any) string {
			return localizer.Localize(actionProgress(cesi.Action(fmt.Sprint(action))))
		},
		"capitalize": func(v any) string { return capitalized(fmt.Sprint(v)) },
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

// actionLabel names a button for an action: "Stop", or "Stop web:web1" with its target.
func actionLabel(localizer *i18n.Localizer, action cesi.Action, what []any) string {
	if len(what) == 0 {
		return localizer.Localize(ActionLabel(action))
	}
	object, is := what[0].(cesi.Text)
	if !is {
		object = cesi.Raw(fmt.Sprint(what[0]))
	}
	return localizer.Localize(ActionOn(action, object))
}
