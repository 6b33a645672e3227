package view

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"cesi/internal/cesi"
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
	html, err := execute(r.in(localizer), part, data)
	if err != nil {
		return err
	}
	write(w, status, html)
	return nil
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
	html, err := r.draw(page, data, data.base())
	if err != nil {
		return err
	}
	write(w, status, html)
	return nil
}

// RenderFor writes a page that was made for a group of users, for one of them.
func (r *Renderer) RenderFor(w http.ResponseWriter, user *cesi.User, page string, data Page) error {
	html, err := r.draw(page, data, data.base().ForUser(user))
	if err != nil {
		return err
	}
	write(w, http.StatusOK, html)
	return nil
}

// Draw returns a page as HTML.
func (r *Renderer) Draw(page string, data Page) ([]byte, error) {
	return r.draw(page, data, data.base())
}

func (r *Renderer) draw(page string, data Page, base Base) ([]byte, error) {
	t := r.in(base.Localizer)
	var content strings.Builder
	if err := t.ExecuteTemplate(&content, page+"_page", data); err != nil {
		return nil, fmt.Errorf("render %s: %w", page, err)
	}
	return execute(t, "base.html", layout{base, template.HTML(content.String())})
}

func execute(t *template.Template, name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return b.Bytes(), nil
}

func write(w http.ResponseWriter, status int, html []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(html) // the browser may be gone
}
