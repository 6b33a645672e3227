package view

import (
	"html/template"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// RichText is a text with names in it that are emphasized or are links. Templates write
// it with {{t}}.
type RichText struct {
	Text   cesi.Text
	places []markup
}

// markup is the HTML around an argument of a RichText.
type markup interface {
	html(localizer *i18n.Localizer, prefix string) template.HTML
}

func isMarkup(arg any) bool {
	_, is := arg.(markup)
	return is
}

type name struct {
	text  cesi.Text
	class string // of the name; empty: none
	link  string // local path; empty: none
}

// newRichText returns a template's text, with those of its arguments that are markup.
func newRichText(id string, args []any) RichText {
	var r RichText
	for i, arg := range args {
		if m, is := arg.(markup); is {
			args[i] = r.put(m)
		}
	}
	r.Text = fill(id, args...)
	return r
}

func (r *RichText) put(m markup) cesi.Text {
	r.places = append(r.places, m)
	return cesi.Raw(string(firstPlace + rune(len(r.places)-1)))
}

// Name returns an argument for the text: a name on the page, with a class such as
// "strong" and the local path of its link. Both may be empty.
func (r *RichText) Name(text cesi.Text, class, link string) cesi.Text {
	return r.put(name{text, class, link})
}

// processName is "group:name" with the group dimmed.
type processName struct{ group, name, link string }

func (p processName) html(_ *i18n.Localizer, prefix string) template.HTML {
	escape := func(s string) string { return template.HTMLEscapeString(request.Sanitize(s)) }
	return template.HTML(`<a class="name-link" href="` + template.HTMLEscapeString(prefix+p.link) + `"><bdi class="process-name"><bdi class="dim">` +
		escape(p.group) + `</bdi><span class="dim">:</span><bdi class="strong">` + escape(p.name) + `</bdi></bdi></a>`)
}

// ProcessOnNode is "web:web1 on alpha".
func ProcessOnNode(process, node string) RichText {
	var r RichText
	r.Text = cesi.T("%s on %s", r.Name(cesi.Raw(process), "strong", ""), r.Name(cesi.Raw(node), "", ""))
	return r
}

// firstPlace marks the first markup of a text until the text becomes HTML. If a name of
// a node has such a character, a name appears twice, which is harmless.
const firstPlace = '\ue100'

// html writes the text in a language, with links below the prefix.
func (r RichText) html(localizer *i18n.Localizer, prefix string) template.HTML {
	places := make([]string, len(r.places))
	for i, m := range r.places {
		places[i] = string(m.html(localizer, prefix))
	}
	text := ""
	switch said := withTimes(localizer, r.Text).(type) {
	case template.HTML:
		text = string(said)
	case string:
		text = template.HTMLEscapeString(said)
	}
	return fillPlaces(text, firstPlace, places)
}

// fillPlaces returns the HTML of a text, with the characters from first on replaced by the
// HTML of the places. What is put in is not searched again.
func fillPlaces(escaped string, first rune, places []string) template.HTML {
	var b strings.Builder
	for _, c := range escaped {
		if i := int(c - first); i >= 0 && i < len(places) {
			b.WriteString(places[i])
		} else {
			b.WriteRune(c)
		}
	}
	return template.HTML(b.String())
}

func (n name) html(localizer *i18n.Localizer, prefix string) template.HTML {
	var b strings.Builder
	b.WriteString("<bdi")
	if n.class != "" {
		b.WriteString(` class="` + template.HTMLEscapeString(n.class) + `"`)
	}
	b.WriteString(">" + template.HTMLEscapeString(request.Sanitize(localizer.Localize(n.text))) + "</bdi>")
	if n.link == "" {
		return template.HTML(b.String())
	}
	return template.HTML(`<a class="name-link" href="` + template.HTMLEscapeString(prefix+n.link) + `">` + b.String() + `</a>`)
}
