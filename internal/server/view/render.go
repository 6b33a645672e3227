package view

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"cesi/internal/i18n"
	"cesi/web"
)

// Renderer turns page structs into HTML, in the language of who reads it. Its
// templates are parsed once; it is safe for concurrent use.
type Renderer struct {
	Book  *i18n.Bundle
	drawn map[*i18n.Localizer]*templates
}

// templates are all templates in one language.
type templates struct {
	pages map[string]*template.Template
	parts *template.Template
}

// NewRenderer parses every template, once for each language. The prefix, such as
// "/cesi", goes in front of every link; it is empty where the server is at the root.
func NewRenderer(prefix string) (*Renderer, error) {
	book, err := i18n.New(web.Locales())
	if err != nil {
		return nil, err
	}
	r := &Renderer{Book: book, drawn: make(map[*i18n.Localizer]*templates)}
	for _, speaker := range book.Localizers() {
		if r.drawn[speaker], err = parseTemplates(viewFuncs(prefix, web.StaticPaths(), speaker)); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func parseTemplates(funcs template.FuncMap) (*templates, error) {
	files := web.Templates()
	layout, err := template.New("base.html").Funcs(funcs).ParseFS(files, "layouts/*.html", "partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	dropIndentation(layout)
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	t := &templates{pages: make(map[string]*template.Template, len(names)), parts: layout}
	for _, name := range names {
		page, err := layout.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		if _, err := page.ParseFS(files, name); err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
		dropIndentation(page)
		t.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return t, nil
}

// in returns the templates in a language, English for nil.
func (r *Renderer) in(speaker *i18n.Localizer) *templates {
	if t, found := r.drawn[speaker]; found {
		return t
	}
	return r.drawn[r.Book.Localizers()[0]]
}

// RenderPartial writes one partial, such as "toast", in a language: what is put into
// a page that is there already.
func (r *Renderer) RenderPartial(w http.ResponseWriter, status int, speaker *i18n.Localizer, part string, data any) error {
	return write(w, status, r.in(speaker).parts, part, data)
}

// Localized is a page that says in which language it is to be.
type Localized interface {
	Language() *i18n.Localizer
}

// Render writes a page, such as "dashboard", with its page struct. It writes
// nothing if the template fails.
func (r *Renderer) Render(w http.ResponseWriter, status int, page string, data Localized) error {
	t, found := r.in(data.Language()).pages[page]
	if !found {
		return fmt.Errorf("there is no page %q", page)
	}
	return write(w, status, t, "base.html", data)
}

func write(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a browser that has gone needs no page
	return nil
}
