package view

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"cesi/internal/i18n"
	"cesi/web"
)

// Renderer turns page structs into HTML, in the reader's language. Its templates are
// parsed once. It is safe for concurrent use.
type Renderer struct {
	Bundle    *i18n.Bundle
	languages map[*i18n.Localizer]*template.Template
}

// NewRenderer parses the templates: all are one set, with one copy for each language.
// The prefix, such as "/cesi", is put before every link; it is empty for a server at
// the root.
func NewRenderer(prefix string) (*Renderer, error) {
	bundle, err := i18n.New(web.Locales())
	if err != nil {
		return nil, err
	}
	static, localizers := web.StaticPaths(), bundle.Localizers()
	set, err := template.New("").Funcs(viewFuncs(prefix, static, localizers[0])).
		ParseFS(web.Templates(), "layouts/*.html", "partials/*.html", "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	dropIndentation(set)
	r := &Renderer{Bundle: bundle, languages: map[*i18n.Localizer]*template.Template{localizers[0]: set}}
	for _, localizer := range localizers[1:] {
		language, err := set.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone templates: %w", err)
		}
		r.languages[localizer] = language.Funcs(viewFuncs(prefix, static, localizer))
	}
	return r, nil
}

// in returns the templates in a language, English for nil.
func (r *Renderer) in(localizer *i18n.Localizer) *template.Template {
	if t, found := r.languages[localizer]; found {
		return t
	}
	return r.languages[r.Bundle.Localizers()[0]]
}

// RenderPartial writes one partial, such as "toast", in a language: a part for a page
// that is already open.
func (r *Renderer) RenderPartial(w http.ResponseWriter, status int, localizer *i18n.Localizer, part string, data any) error {
	return write(w, status, r.in(localizer), part, data)
}

// Page is a page struct: one that embeds Base.
type Page interface {
	base() Base
}

// layout is the data of base.html: a page around its content.
type layout struct {
	Base
	Content template.HTML
}

// Render writes a page, such as "dashboard", with its page struct: the template
// "dashboard_page" in the layout. It writes nothing if a template fails.
func (r *Renderer) Render(w http.ResponseWriter, status int, page string, data Page) error {
	base := data.base()
	t := r.in(base.Localizer)
	var content strings.Builder
	if err := t.ExecuteTemplate(&content, page+"_page", data); err != nil {
		return fmt.Errorf("render %s: %w", page, err)
	}
	return write(w, status, t, "base.html", layout{base, template.HTML(content.String())})
}

func write(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the browser may be gone
	return nil
}
