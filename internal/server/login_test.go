package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/store"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// hands is a clock that a test sets.
type hands struct{ at atomic.Int64 }

func stoppedClock() *hands {
	c := &hands{}
	c.at.Store(fleettest.Now.UnixNano())
	return c
}

func (c *hands) now() time.Time { return time.Unix(0, c.at.Load()) }

func (c *hands) advance(d time.Duration) { c.at.Add(int64(d)) }

func (c *hands) set(s *setup) { s.Now = c.now }

func loginForm(user, password string) url.Values {
	return url.Values{"username": {user}, "password": {password}}
}

// sessionOf returns the session's cookie that an answer sets; nil if none.
func sessionOf(r reply) *http.Cookie {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if strings.Contains(c.Name, "cesi_session_") {
			return c
		}
	}
	return nil
}

// holds reports whether a session's token is good for anything.
func (h *harness) holds(token string) bool {
	h.t.Helper()
	return h.anybody().get("/api/v2/profile", with{"Cookie", h.sessions.SessionCookie(false) + "=" + token}).status == http.StatusOK
}

func TestCookie_Attributes(t *testing.T) {
	lax := http.Cookie{Name: "cesi_session_ID", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 3600}
	secure, below := lax, lax
	secure.Secure, below.Path = true, "/cesi/"
	secureBelow := below
	secure.Name, secureBelow.Secure = "__Host-cesi_session_ID", true
	for name, test := range map[string]struct {
		change func(*setup)
		header with
		tls    bool
		want   http.Cookie
	}{
		"plain":                             {want: lax},
		"behind a trusted proxy with HTTPS": {header: with{"X-Forwarded-Proto", "https"}, want: secure},
		"behind a trusted proxy without":    {header: with{"X-Forwarded-Proto", "http"}, want: lax},
		"anybody may claim HTTPS": {header: with{"X-Forwarded-Proto", "https"}, want: lax,
			change: func(s *setup) { s.Sessions.TrustedProxies = nil }},
		"HTTPS of its own": {tls: true, want: secure},
		"below a prefix":   {change: func(s *setup) { s.Prefix = "/cesi" }, want: below},
		"below a prefix with HTTPS": {change: func(s *setup) { s.Prefix = "/cesi" },
			header: with{"X-Forwarded-Proto", "https"}, want: secureBelow},
	} {
		t.Run(name, func(t *testing.T) {
			change := func(s *setup) {
				if test.change != nil {
					test.change(s)
				}
			}
			h := startServer(t, nil, change)
			h.addUser("maria", cesi.Viewer)
			b := h.anybody()
			if test.tls {
				listener := httptest.NewTLSServer(h.Server)
				t.Cleanup(listener.Close)
				h.url, b.Transport = listener.URL, listener.Client().Transport
			}
			var headers []with
			if test.header.name != "" {
				headers = append(headers, test.header)
			}
			got := sessionOf(b.post("/login", loginForm("maria", passwordOf("maria")), headers...))
			if got == nil || len(got.Value) < 32 {
				t.Fatalf("the cookie is %v", got)
			}
			test.want.Name = strings.Replace(test.want.Name, "ID", h.db.Installation(), 1)
			if diff := cmp.Diff(test.want, *got, cmpopts.IgnoreFields(http.Cookie{}, "Value", "Raw")); diff != "" {
				t.Errorf("- want, + got:\n%s", diff)
			}
		})
	}
}

func TestCookie_TwoInstallationsOnOneHost(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("maria", cesi.Viewer)
	other, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "other.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	theirs := "cesi_session_" + other.Installation()
	cookie := sessionOf(h.anybody().post("/login", loginForm("maria", passwordOf("maria"))))
	if cookie.Name == theirs {
		t.Errorf("both are named %s", theirs)
	}
	for name, want := range map[string]int{
		cookie.Name: http.StatusOK, theirs: http.StatusUnauthorized, "cesi_session": http.StatusUnauthorized, "__Host-" + cookie.Name: http.StatusUnauthorized,
	} {
		t.Run(name, func(t *testing.T) {
			if got := h.anybody().get("/api/v2/profile", with{"Cookie", name + "=" + cookie.Value}); got.status != want {
				t.Errorf("the token in the cookie %s: status %d, want %d", name, got.status, want)
			}
		})
	}
}

func TestCookie_KeepsLongResponsesOpen(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("maria", cesi.Viewer)
	for _, scheme := range []string{"http", "https"} {
		proto := with{"X-Forwarded-Proto", scheme}
		cookie := sessionOf(h.anybody().post("/login", loginForm("maria", passwordOf("maria")), proto))
		r := httptest.NewRequest(http.MethodGet, "/nodes", nil)
		r.RemoteAddr = "127.0.0.1:4000"
		r.Header.Set(proto.name, proto.value)
		r.AddCookie(cookie)
		asked := false
		h.authenticate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked = true
			if !h.sessions.StillAllowed(r, cesi.ViewFleet) {
				t.Errorf("%s: the session does not hold when it is asked for again", scheme)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
		if !asked {
			t.Errorf("%s: it was not asked", scheme)
		}
	}
}

func TestCookie_NameInOpenAPI(t *testing.T) {
	h := startServer(t, nil)
	for _, scheme := range []string{"http", "https"} {
		var doc struct {
			Components struct {
				SecuritySchemes map[string]struct{ Name string }
			}
		}
		h.anybody().get("/api/v2/openapi.json", with{"X-Forwarded-Proto", scheme}).json(t, &doc)
		if got, want := doc.Components.SecuritySchemes["session"].Name, h.sessions.SessionCookie(scheme == "https"); got != want {
			t.Errorf("%s: it names %q, want %q", scheme, got, want)
		}
	}
}

func TestLogin_ReplacesSession(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("maria", cesi.Viewer)
	b := h.anybody()
	planted := strings.Repeat("a", 43)
	first := sessionOf(b.post("/login", loginForm("maria", passwordOf("maria")), with{"Cookie", h.sessions.SessionCookie(false) + "=" + planted}))
	if first.Value == planted || h.holds(planted) {
		t.Error("a token that was planted is good")
	}
	second := sessionOf(b.do(http.MethodPost, "/api/v2/auth/login", `{"username":"maria","password":"password of maria"}`))
	if first.Value == second.Value || h.holds(first.Value) || !h.holds(second.Value) {
		t.Error("the session of before goes on, or the new one does not")
	}
}

func TestSession_EndsAfter(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(h *harness, b *browser) // maria's browser
		goes bool                         // the browser has a new session after it
	}{
		"a logout":            {end: func(_ *harness, b *browser) { b.post("/logout", nil) }},
		"a logout by the API": {end: func(_ *harness, b *browser) { b.do(http.MethodPost, "/api/v2/auth/logout", "") }},
		"the user's deletion": {end: func(h *harness, _ *browser) { _ = h.auth.DeleteUser(h.t.Context(), testRoot, "maria") }},
		"a new password by root": {end: func(h *harness, _ *browser) {
			_ = h.auth.SetPassword(h.t.Context(), testRoot, "maria", "quite another", false)
		}},
		"a new password": {goes: true, end: func(_ *harness, b *browser) {
			b.post("/profile/password", url.Values{"current": {passwordOf("maria")}, "new": {"quite another"}, "repeat": {"quite another"}})
		}},
		"a new password by the API": {goes: true, end: func(_ *harness, b *browser) {
			b.do(http.MethodPut, "/api/v2/profile/password", `{"oldPassword":"password of maria","newPassword":"quite another"}`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := startServer(t, nil)
			h.addUser("maria", cesi.Viewer)
			elsewhere := sessionOf(h.anybody().post("/login", loginForm("maria", passwordOf("maria")))).Value
			b := h.anybody()
			here := sessionOf(b.post("/login", loginForm("maria", passwordOf("maria")))).Value
			test.end(h, b)
			if h.holds(here) {
				t.Error("the session goes on")
			}
			if alone := strings.HasPrefix(name, "a logout"); h.holds(elsewhere) != alone {
				t.Errorf("the session elsewhere goes on: %v", !alone)
			}
			if got := b.get("/api/v2/profile").status == http.StatusOK; got != test.goes {
				t.Errorf("the browser is logged in: %v", got)
			}
		})
	}
}

func TestLogout_RemovesCookie(t *testing.T) {
	_, b := startServerAs(t, cesi.Viewer, nil)
	got := b.post("/logout", nil)
	if cookie := sessionOf(got); got.location != "/login" || cookie == nil || cookie.MaxAge >= 0 || cookie.Path != "/" {
		t.Errorf("to %q, with %v", got.location, cookie)
	}
}

func TestSession_EndsWithLifetime(t *testing.T) {
	clock := stoppedClock()
	_, b := startServerAs(t, cesi.Viewer, nil, clock.set)
	clock.advance(59 * time.Minute)
	if got := b.get("/nodes"); got.status != http.StatusOK {
		t.Errorf("before its end: %d", got.status)
	}
	clock.advance(2 * time.Minute)
	if got := b.get("/nodes?q=a&environment=b"); got.location != "/login?next=%2Fnodes%3Fq%3Da%26environment%3Db" {
		t.Errorf("after its end: %d to %q", got.status, got.location)
	}
}

func TestSession_DemotionTakesEffectAtOnce(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes)
	if err := h.auth.SetRole(t.Context(), testRoot, "operator", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	if got := b.post("/nodes/n/processes/g:p/restart", nil); got.status != http.StatusForbidden {
		t.Errorf("%d", got.status)
	}
}

func TestLogin_FailureHidesWhetherUserExists(t *testing.T) {
	h := startServer(t, nil)
	h.addUser("maria", cesi.Viewer)
	var pages, answers []string
	for _, name := range []string{"maria", "nobody"} {
		for _, password := range []string{"guessed", strings.Repeat("long", 100)} {
			page := h.anybody().post("/login", loginForm(name, password))
			answer := h.anybody().do(http.MethodPost, "/api/v2/auth/login", `{"username":"`+name+`","password":"`+password+`"}`)
			if page.status != http.StatusUnauthorized || answer.status != http.StatusUnauthorized || sessionOf(page) != nil {
				t.Errorf("%s: %d, %d", name, page.status, answer.status)
			}
			if strings.Contains(page.body, password) {
				t.Error("the page holds the password")
			}
			pages = append(pages, strings.ReplaceAll(page.body, name, "NAME"))
			answers = append(answers, answer.body)
		}
	}
	for i := range pages {
		if diff := cmp.Diff(pages[0], pages[i]) + cmp.Diff(answers[0], answers[i]); diff != "" {
			t.Error(diff)
		}
	}
	if !strings.Contains(pages[0], "wrong user name or password") {
		t.Errorf("the page says %s", pages[0])
	}
}

func TestLogin_FailureKeepsNameAndNext(t *testing.T) {
	h := startServer(t, nil)
	form := loginForm(`<ma"ria>`, "wrong")
	form.Set("next", "/nodes?q=x")
	doc := h.anybody().post("/login", form).page(t)
	if got := doc.Find("input[name=username]").AttrOr("value", ""); got != `<ma"ria>` {
		t.Errorf("the name is %q", got)
	}
	if got := doc.Find("input[name=next]").AttrOr("value", ""); got != "/nodes?q=x" {
		t.Errorf("the way is %q", got)
	}
}

func TestLogin_ThrottlesOnlyTheAttacker(t *testing.T) {
	clock := stoppedClock()
	h := startServer(t, nil, clock.set)
	h.addUser("admin", cesi.Admin)
	attacker := with{"X-Forwarded-For", "198.51.100.9, 127.0.0.1"}
	b := h.anybody()
	for i := range 5 {
		if got := b.post("/login", loginForm("admin", "wrong"), attacker); got.status != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", i+1, got.status)
		}
	}
	right := loginForm("admin", passwordOf("admin"))
	refused := b.post("/login", right, attacker)
	answer := b.do(http.MethodPost, "/api/v2/auth/login", `{"username":"admin","password":"password of admin"}`, attacker)
	for _, got := range []reply{refused, answer} {
		seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
		if got.status != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 5 || sessionOf(got) != nil {
			t.Errorf("%d, Retry-After %q", got.status, got.header.Get("Retry-After"))
		}
		if !strings.Contains(got.body, "too many failed tries") {
			t.Errorf("it says %s", got.body)
		}
	}
	if got := b.post("/login", right, with{"X-Forwarded-For", "203.0.113.5"}); got.status != http.StatusSeeOther {
		t.Errorf("elsewhere: %d", got.status)
	}
	clock.advance(5 * time.Second)
	if got := b.post("/login", right, attacker); got.status != http.StatusSeeOther {
		t.Errorf("after the wait: %d", got.status)
	}
}

func TestLogin_ForgedForwardedForIsThrottled(t *testing.T) {
	clock := stoppedClock()
	h := startServer(t, nil, clock.set, func(s *setup) { s.Sessions.TrustedProxies = nil })
	status := 0
	for i := range 6 {
		status = h.anybody().post("/login", loginForm("admin", "wrong"),
			with{"X-Forwarded-For", "198.51.100." + strconv.Itoa(i)}).status
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("the sixth try: %d", status)
	}
}

func TestLogin_NextStaysOnThisServer(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/cesi"} {
		h := startServer(t, nil, func(s *setup) { s.Prefix = prefix })
		h.addUser("maria", cesi.Viewer)
		loggedIn := h.as("maria")
		for next, want := range map[string]string{
			"":                          "/",
			"/":                         "/",
			"/nodes":                    "/nodes",
			"/nodes?q=%2F%2Fevil&x=a+b": "/nodes?q=%2F%2Fevil&x=a+b",
			"/nodes/a%2Fb%20c":          "/nodes/a%2Fb%20c",
			"//evil.example":            "/",
			"///evil.example":           "/",
			`/\evil.example`:            "/",
			`\\evil.example`:            "/",
			`/\/evil.example`:           "/",
			"/\t/evil.example":          "/",
			"/\n/evil.example":          "/",
			"/\r\nSet-Cookie: a=b":      "/",
			"\t//evil.example":          "/",
			" //evil.example":           "/",
			"https:evil.example":        "/",
			"https://evil.example/":     "/",
			"https:/evil.example":       "/",
			"HTTPS:\\evil.example":      "/",
			"javascript:alert(1)":       "/",
			"evil.example":              "/",
			"@evil.example":             "/",
			".evil.example":             "/",
			":80@evil.example":          "/",
			"?next=//evil.example":      "/",
			"/%zz":                      "/",
			"/%5Cevil.example":          "/%5Cevil.example",
			"/%2Fevil.example":          "/%2Fevil.example",
			"/..//evil.example":         "/",
			"/nodes/%2e%2E/..":          "/",
			"/.//evil.example":          "/evil.example",
			"/cesi//evil.example":       map[string]string{"": "/cesi/evil.example", "/cesi": "/evil.example"}[prefix],
			"/cesi/nodes":               map[string]string{"": "/cesi/nodes", "/cesi": "/nodes"}[prefix],
		} {
			form := loginForm("maria", passwordOf("maria"))
			form.Set("next", next)
			for how, got := range map[string]reply{
				"logging in":      h.anybody().post(prefix+"/login", form),
				"being logged in": loggedIn.get(prefix + "/login?" + url.Values{"next": {next}}.Encode()),
			} {
				if got.status != http.StatusSeeOther || got.location != prefix+want {
					t.Errorf("%s, next %q below %q: %d to %q, want %q", how, next, prefix, got.status, got.location, prefix+want)
				}
			}
		}
	}
}

func TestLogin_InitialPasswordMustBeChanged(t *testing.T) {
	_, nodes := fakeNode(t)
	h := startServer(t, nodes)
	file, err := h.auth.Bootstrap(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	initial := strings.TrimSpace(string(text))
	b := h.anybody()
	form := loginForm("admin", initial)
	form.Set("next", "/nodes")
	if got := b.post("/login", form); got.location != "/profile?next=%2Fnodes" {
		t.Fatalf("%d to %q", got.status, got.location)
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the file of the password: %v", err)
	}
	for _, path := range []string{"/", "/nodes", "/activity", "/about"} {
		if got := b.get(path); got.location != request.WithNext("/profile", path) {
			t.Errorf("%s: %d to %q", path, got.status, got.location)
		}
	}
	if got := b.post("/nodes/n/processes/g:p/stop", nil); got.location != "/profile" || len(h.commands()) > 0 {
		t.Errorf("a command: %d to %q", got.status, got.location)
	}
	if got := b.get("/api/v2/nodes"); got.status != http.StatusForbidden || !strings.Contains(got.body, "PUT /api/v2/profile/password") {
		t.Errorf("the API: %d %s", got.status, got.body)
	}
	page := b.get("/profile")
	if page.status != http.StatusOK || page.page(t).Find("nav a").Length() > 0 {
		t.Errorf("the profile (%d) leads where it may not go", page.status)
	}
	if got := b.post("/profile/password", url.Values{"current": {initial}, "new": {initial}, "repeat": {initial}}); got.status != http.StatusBadRequest {
		t.Errorf("the same password: %d", got.status)
	}
	changed := b.post("/profile/password", url.Values{"current": {initial}, "new": {"one of my own"}, "repeat": {"one of my own"}})
	if changed.location != "/profile?notice=password" || b.get("/nodes").status != http.StatusOK {
		t.Errorf("after the change: %d to %q", changed.status, changed.location)
	}
}

func TestPasswordChange_LeadsToNext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ prefix, next, want string }{
		"a page":                  {"", "/nodes?q=a&environment=b", "/nodes?q=a&environment=b"},
		"the start":               {"", "/", "/"},
		"another site":            {"", "//evil.example/", "/"},
		"another site, otherwise": {"", "https://evil.example/", "/"},
		"below a prefix":          {"/cesi", "/nodes", "/cesi/nodes"},
	} {
		t.Run(name, func(t *testing.T) {
			h := startServer(t, nil, func(s *setup) { s.Prefix = test.prefix })
			if err := h.auth.AddUser(t.Context(), testRoot, "maria", passwordOf("maria"), cesi.Viewer, true); err != nil {
				t.Fatal(err)
			}
			b := h.anybody()
			form := loginForm("maria", passwordOf("maria"))
			form.Set("next", test.next)
			profile := b.get(b.post(test.prefix+"/login", form).location)
			next := profile.page(t).Find("form input[name=next]").AttrOr("value", "")
			change := url.Values{"current": {passwordOf("maria")}, "new": {"one of my own"}, "repeat": {"another"}, "next": {next}}
			again := b.post(test.prefix+"/profile/password", change)
			if got := again.page(t).Find("form input[name=next]").AttrOr("value", ""); got != next {
				t.Errorf("after a mistake the way leads to %q, not %q", got, next)
			}
			change.Set("repeat", "one of my own")
			if got := b.post(test.prefix+"/profile/password", change); got.location != test.want {
				t.Errorf("it leads to %q, want %q", got.location, test.want)
			}
			if b.get(test.prefix+"/profile").page(t).Find("input[name=next]").Length() > 0 {
				t.Error("a change of one's own accord leads away from the profile")
			}
		})
	}
	h, b := startServerAs(t, cesi.Viewer, nil)
	change := url.Values{"current": {passwordOf("viewer")}, "new": {"one of my own"}, "repeat": {"one of my own"}, "next": {"//evil.example"}}
	if got := b.post("/profile/password", change); got.location != "/" {
		t.Errorf("a form with another site leads to %q, from %s", got.location, h.url)
	}
}

// commands are the entries of the activity log about commands.
func (h *harness) commands() []cesi.Activity {
	h.t.Helper()
	var list []cesi.Activity
	for _, e := range h.entries() {
		if e.Action == cesi.ActionStart || e.Action == cesi.ActionStop || e.Action == cesi.ActionRestart {
			list = append(list, e)
		}
	}
	return list
}

func TestPasswordChange_RefusalSaysWhy(t *testing.T) {
	h, b := startServerAs(t, cesi.Viewer, nil)
	current := passwordOf("viewer")
	for name, test := range map[string]struct {
		current, next, repeat string
		status                int
		words                 string
	}{
		"73 bytes":                  {current, strings.Repeat("a", 73), "", 400, "a password has at most 72 bytes"},
		"73 bytes in 25 characters": {current, strings.Repeat("工", 24) + "a", "", 400, "a password has at most 72 bytes"},
		"7 characters":              {current, "工工工工工工工", "", 400, "a password has at least 8 characters"},
		"nothing":                   {current, "", "", 400, "a password has at least 8 characters"},
		"another the second time":   {current, "quite another", "quite a nother", 400, "The new password and its repetition differ."},
		"wrong old one":             {"wrong", "quite another", "", 403, "the old password is wrong"},
	} {
		repeat := test.repeat
		if repeat == "" {
			repeat = test.next
		}
		got := b.post("/profile/password", url.Values{"current": {test.current}, "new": {test.next}, "repeat": {repeat}})
		said := got.page(t).Find(".problem").Text()
		if got.status != test.status || !strings.Contains(strings.ToLower(said), strings.ToLower(test.words)) {
			t.Errorf("%s: %d %q", name, got.status, said)
		}
		if test.next != "" && strings.Contains(got.body, test.next) {
			t.Errorf("%s: the page holds the password", name)
		}
	}
	if got := b.get("/nodes"); got.status != http.StatusOK {
		t.Errorf("the session has ended: %d", got.status)
	}
	h.as("viewer") // the password is the old one
}

func TestLogin_KnownBrowserIsNotLockedOut(t *testing.T) {
	clock := stoppedClock()
	h := startServer(t, nil, clock.set)
	h.addUser("admin", cesi.Admin)
	from := func(address string) with { return with{"X-Forwarded-For", address} }
	known := h.anybody()
	first := known.post("/login", loginForm("admin", passwordOf("admin")), from("198.51.100.1"))
	var device *http.Cookie
	for _, c := range (&http.Response{Header: first.header}).Cookies() {
		if c.Name == h.sessions.DeviceCookie(false) {
			device = c
		}
	}
	if device == nil || !device.HttpOnly || device.SameSite != http.SameSiteLaxMode || device.Path != "/" || device.MaxAge != 180*24*3600 {
		t.Fatalf("the device's cookie is %v", device)
	}
	for n := range 50 {
		for range 2 {
			h.anybody().post("/login", loginForm("admin", "a guess"), from(fmt.Sprint("203.0.113.", n)))
		}
	}
	right := loginForm("admin", passwordOf("admin"))
	if got := h.anybody().post("/login", right, from("198.51.100.2")); got.status != http.StatusTooManyRequests {
		t.Errorf("a browser that is not known: status %d", got.status)
	}
	known.post("/logout", nil)
	if got := known.post("/login", right, from("198.51.100.3")); got.status != http.StatusSeeOther {
		t.Errorf("the browser that was logged in before: status %d", got.status)
	}
}
