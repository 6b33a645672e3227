package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// get requests a path from the handler, with header lines "Name: value".
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

// sent is the content of a static file as browsers get it.
func sent(t *testing.T, name string) string {
	t.Helper()
	w := get(t, Handler(), http.MethodGet, staticRoot+name)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", name, w.Code)
	}
	return w.Body.String()
}

func TestStatic_HashedFileIsCachedForever(t *testing.T) {
	h, paths := Handler(), StaticPaths()
	for name, contentType := range map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icons.svg": "image/svg+xml",
		"vendor/bootstrap.min.css": "text/css; charset=utf-8", "vendor/themes/superhero.css": "text/css; charset=utf-8",
		"vendor/LICENSE.bootstrap.txt": "text/plain; charset=utf-8",
	} {
		t.Run(name, func(t *testing.T) {
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
		})
	}
}

func TestStatic_PlainNameIsRevalidated(t *testing.T) {
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

func TestStatic_Compression(t *testing.T) {
	h, path := Handler(), StaticPaths()["app.css"]
	plain := get(t, h, http.MethodGet, path)
	for accepted, want := range map[string]string{
		"gzip": "gzip", "br, GZIP;q=0.5": "gzip", "gzip; q=1": "gzip", "": "", "br": "", "gzip;q=0": "", "x-gzip-not": "",
	} {
		t.Run(accepted, func(t *testing.T) {
			w := get(t, h, http.MethodGet, path, "Accept-Encoding: "+accepted)
			if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
				t.Errorf("%q: Content-Encoding %q, want %q; Vary %q", accepted, got, want, w.Header().Get("Vary"))
			}
			if w.Header().Get("Cache-Control") != cacheForever || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
				t.Errorf("%q: %v", accepted, w.Header())
			}
			body := w.Body.Bytes()
			if want == "gzip" {
				body = unpacked(t, body)
				if tag := w.Header().Get("ETag"); tag == plain.Header().Get("ETag") {
					t.Errorf("two contents with the tag %s", tag)
				}
			}
			if !bytes.Equal(body, plain.Body.Bytes()) {
				t.Errorf("%q: another content", accepted)
			}
		})
	}
	if licence := get(t, h, http.MethodGet, "/static/vendor/LICENSE.bootstrap.txt", "Accept-Encoding: gzip"); licence.Header().Get("Content-Encoding") != "" {
		t.Error("a text is compressed")
	}
}

func TestStatic_CompressedETagAndRanges(t *testing.T) {
	h := Handler()
	whole := get(t, h, http.MethodGet, "/static/app.css", "Accept-Encoding: gzip")
	tag := whole.Header().Get("ETag")
	if again := get(t, h, http.MethodGet, "/static/app.css", "Accept-Encoding: gzip", "If-None-Match: "+tag); again.Code != http.StatusNotModified {
		t.Errorf("with its own ETag: status %d", again.Code)
	}
	part := get(t, h, http.MethodGet, "/static/app.css", "Accept-Encoding: gzip", "Range: bytes=0-99")
	if part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), whole.Body.Bytes()[:100]) {
		t.Errorf("a range: status %d, %d bytes", part.Code, part.Body.Len())
	}
}

func unpacked(t *testing.T, body []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

func TestStatic_UnderPrefix(t *testing.T) {
	h := http.StripPrefix("/cesi", Handler())
	if w := get(t, h, http.MethodGet, "/cesi"+StaticPaths()["app.js"]); w.Code != http.StatusOK {
		t.Errorf("status %d", w.Code)
	}
}

func TestStatic_ServesNothingElse(t *testing.T) {
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
