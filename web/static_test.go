package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// get asks the handler for a path, with header lines "Name: value".
func get(t *testing.T, h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAStaticFileIsServedUnderItsHashForever(t *testing.T) {
	h, paths := Handler(), StaticPaths()
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icons.svg": "image/svg+xml",
		"vendor/bootstrap.min.css": "text/css; charset=utf-8", "vendor/themes/superhero.css": "text/css; charset=utf-8",
		"vendor/LICENSE.bootstrap.txt": "text/plain; charset=utf-8",
	} {
		path := paths[name]
		if path == "" || path == staticRoot+name {
			t.Fatalf("%s has the path %q", name, path)
		}
		w := get(t, h, http.MethodGet, path)
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d, %d bytes", path, w.Code, w.Body.Len())
		}
		if got := w.Header().Get("Content-Type"); got != contentType {
			t.Errorf("%s: Content-Type %q, want %q", path, got, contentType)
		}
		if got := w.Header().Get("Cache-Control"); got != cacheForever {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
}

func TestAStaticFileWithoutHashIsAskedForEachTime(t *testing.T) {
	h := Handler()
	w := get(t, h, http.MethodGet, "/static/app.css")
	etag := w.Header().Get("ETag")
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != cacheAsk || etag == "" {
		t.Fatalf("status %d, headers %v", w.Code, w.Header())
	}
	if again := get(t, h, http.MethodGet, "/static/app.css", "If-None-Match: "+etag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Errorf("with its own ETag: status %d, %d bytes", again.Code, again.Body.Len())
	}
	if head := get(t, h, http.MethodHead, "/static/app.css"); head.Code != http.StatusOK || head.Body.Len() > 0 {
		t.Errorf("HEAD: status %d, %d bytes", head.Code, head.Body.Len())
	}
}

func TestTheStaticHandlerWorksUnderAPrefix(t *testing.T) {
	h := http.StripPrefix("/cesi", Handler())
	if w := get(t, h, http.MethodGet, "/cesi"+StaticPaths()["app.js"]); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

func TestTheStaticHandlerServesNothingElse(t *testing.T) {
	h := Handler()
	for _, path := range []string{
		"/static/", "/static/vendor", "/static/vendor/", "/static/../web.go", "/static/%2e%2e/templates/layouts/base.html",
		"/static/app.0000000000.css", "/static/nothing.css", "/static/.npmrc", "/static//app.css",
	} {
		if w := get(t, h, http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if w := get(t, h, http.MethodPost, "/static/app.css"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", w.Code)
	}
}
