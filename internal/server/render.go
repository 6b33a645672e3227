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
	r := &renderer{pages: make(map[string]*template.Template, len(names))}
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

// render writes a page, such as "dashboard", with its page struct. It writes
// nothing if the template fails.
func (r *renderer) render(w http.ResponseWriter, status int, page string, data any) error {
	t, found := r.pages[page]
	if !found {
		return fmt.Errorf("there is no page %q", page)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "base.html", data); err != nil {
		return fmt.Errorf("render %s: %w", page, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // a browser that has gone needs no page
	return nil
}
