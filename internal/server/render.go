package server

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"cesi/web"
)

// renderer turns page structs into HTML. Its templates are parsed once; it is
// safe for concurrent use.
type renderer struct {
	pages map[string]*template.Template
	parts *template.Template
}

// newRenderer parses every template. The prefix, such as "/cesi", goes in front
// of every link; it is empty where the server is at the root.
func newRenderer(prefix string) (*renderer, error) {
	files := web.Templates()
	layout, err := template.New("base.html").Funcs(viewFuncs(prefix, web.StaticPaths())).
		ParseFS(files, "layouts/*.html", "partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(files, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	r := &renderer{pages: make(map[string]*template.Template, len(names)), parts: layout}
	for _, name := range names {
		page, err := layout.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		if _, err := page.ParseFS(files, name); err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
		r.pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return r, nil
}

// renderPart writes one partial, such as "toast": what is put into a page that is
// there already.
func (r *renderer) renderPart(w http.ResponseWriter, status int, part string, data any) error {
	return r.write(w, status, r.parts, part, data)
}

// render writes a page, such as "dashboard", with its page struct. It writes
// nothing if the template fails.
func (r *renderer) render(w http.ResponseWriter, status int, page string, data any) error {
	t, found := r.pages[page]
	if !found {
		return fmt.Errorf("there is no page %q", page)
	}
	return r.write(w, status, t, "base.html", data)
}

func (r *renderer) write(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
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
