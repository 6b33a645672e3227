package server

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// everyKindOfReply requests one of each kind, by status and type.
func everyKindOfReply(t *testing.T) map[string]reply {
	t.Helper()
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes, func(s *setup) { s.Prefix = "/cesi" })
	replies := map[string]reply{
		"200 the login page":        h.anybody().get("/login"),
		"303 the way to it":         h.anybody().get("/"),
		"301 the way to a prefix":   b.get("/cesi"),
		"200 a page":                b.get("/cesi/nodes/n"),
		"303 a command's answer":    b.post("/cesi/nodes/n/poll", nil),
		"403 a failed form":         b.post("/cesi/profile/password", nil),
		"404 a page not found":      b.get("/cesi/nope"),
		"404 a node not found":      b.get("/cesi/nodes/nope"),
		"405 a page's wrong way":    b.do(http.MethodDelete, "/cesi/nodes", ""),
		"403 another site's form":   b.do(http.MethodPost, "/cesi/logout", "", with{"Sec-Fetch-Site", "cross-site"}),
		"400 a form out of bounds":  b.do(http.MethodPost, "/login", strings.Repeat("a", maxBody+1), asForm()),
		"200 an answer":             b.get("/cesi/api/v2/nodes"),
		"404 an answer not found":   b.get("/cesi/api/v2/nope"),
		"405 an answer's wrong way": b.get("/cesi/api/v2/auth/logout"),
		"401 an answer refused":     h.anybody().get("/api/v2/nodes"),
		"200 the version":           h.anybody().get("/api/version"),
		"200 its life":              h.anybody().get("/healthz"),
		"200 its readiness":         h.anybody().get("/readyz"),
		"404 no file":               h.anybody().get("/static/nope.css"),
		"200 a file":                h.anybody().get("/static/app.css"),
	}
	maps.Copy(replies, panicking(t, h))
	return replies
}

// panicking requests a page and an API reply that panic.
func panicking(t *testing.T, h *harness) map[string]reply {
	t.Helper()
	listener := httptest.NewServer(h.chain(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret detail") })))
	t.Cleanup(listener.Close)
	broken := &harness{t: t, url: listener.URL}
	return map[string]reply{
		"500 a page that panics":    broken.anybody().get("/nodes"),
		"500 an answer that panics": broken.anybody().get("/api/v2/nodes"),
	}
}

func TestHeaders_SecurityHeadersOnEveryReply(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; " +
			"frame-ancestors 'none'; object-src 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
	}
	for name, r := range everyKindOfReply(t) {
		if !strings.HasPrefix(name, strconv.Itoa(r.status)+" ") {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if name == "200 a file" {
			continue
		}
		got := make(map[string]string)
		for header := range want {
			got[header] = strings.Join(r.header.Values(header), " | ")
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (%d): - want, + got:\n%s", name, r.status, diff)
		}
	}
}

func TestHeaders_StrictTransportOnlyWithHTTPS(t *testing.T) {
	h := startServer(t, nil, func(s *setup) { s.Prefix = "/cesi" })
	for _, path := range []string{"/cesi", "/cesi/", "/login", "/api/v2/nodes", "/static/app.css", "/healthz", "/nope"} {
		for proto, want := range map[string]string{"https": "max-age=31536000", "http": ""} {
			if got := h.anybody().get(path, with{"X-Forwarded-Proto", proto}).header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s by %s: %q, want %q", path, proto, got, want)
			}
		}
	}
	stranger := startServer(t, nil, func(s *setup) { s.Sessions.TrustedProxies = nil })
	if got := stranger.anybody().get("/login", with{"X-Forwarded-Proto", "https"}).header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("anybody may claim HTTPS: %q", got)
	}
}

func TestHeaders_StaticFilesAreCached(t *testing.T) {
	h := startServer(t, nil)
	plain := h.anybody().get("/static/app.css")
	hashed := h.anybody().get(h.anybody().get("/login").page(t).Find(`link[href*="/app."]`).AttrOr("href", ""))
	for want, r := range map[string]reply{"no-cache": plain, "public, max-age=31536000, immutable": hashed} {
		if got := r.header.Get("Cache-Control"); r.status != http.StatusOK || got != want {
			t.Errorf("%d, Cache-Control %q, want %q", r.status, got, want)
		}
		if r.header.Get("Content-Security-Policy") != contentSecurityPolicy || r.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("unguarded: %v", r.header)
		}
	}
	if hashed.body != plain.body {
		t.Error("the page links another file")
	}
}

func TestRoutes_WrongMethodNamesAllowedOnes(t *testing.T) {
	h := startServer(t, nil)
	for request, want := range map[string]string{
		"GET /logout":                           "POST",
		"PUT /login":                            "GET, HEAD, POST",
		"POST /nodes":                           "GET, HEAD",
		"GET /nodes/n/stop":                     "POST",
		"POST /api/v2/activitylogs":             "DELETE, GET, HEAD",
		"GET /api/v2/profile/password":          "PUT",
		"GET /api/v2/nodes/n/processes/p/stop/": "POST",
	} {
		t.Run(request, func(t *testing.T) {
			method, path, _ := strings.Cut(request, " ")
			got := h.anybody().do(method, path, "")
			if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != want {
				t.Errorf("%s: %d, Allow %q, want %q", request, got.status, got.header.Get("Allow"), want)
			}
			if !strings.Contains(got.body, "This address does not take "+method+" requests.") {
				t.Errorf("%s: %s", request, got.body)
			}
		})
	}
}

func TestCrossSite_RefusalsDoNotFloodTheLog(t *testing.T) {
	clock := stoppedClock()
	h := startServer(t, nil, clock.set)
	flood := func(n int) {
		for range n {
			r := httptest.NewRequest(http.MethodPost, "/login", nil)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusForbidden {
				t.Fatalf("status %d", w.Code)
			}
		}
	}
	lines := func() int { return strings.Count(h.log.String(), "from another site") }
	flood(500)
	if got := lines(); got != logsPerMinute {
		t.Errorf("%d lines for 500 refusals", got)
	}
	clock.advance(time.Minute)
	flood(1)
	if got := lines(); got != logsPerMinute+1 || !strings.Contains(h.log.String(), `"more before it"=470`) {
		t.Errorf("%d lines a minute later, or the number is missing", got)
	}
}
