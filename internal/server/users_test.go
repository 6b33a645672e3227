package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/PuerkitoBio/goquery"
)

// secretOf returns the text that a page shows only once.
func (r reply) secretOf(t *testing.T) string {
	t.Helper()
	return r.page(t).Find(".secret-text").Text()
}

// wantProblem wants a page that says why something was refused.
func (r reply) wantProblem(t *testing.T, status int, words string) {
	t.Helper()
	if got := r.page(t).Find(".problem").Text(); r.status != status || !strings.Contains(got, words) {
		t.Errorf("status %d and %q, want %d and %q", r.status, got, status, words)
	}
}

func TestUsersPage_AddShowsPasswordOnce(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	made := admin.post("/users", url.Values{"username": {" maria "}, "role": {"operator"}, "password": {""}})
	password := made.secretOf(t)
	if made.status != http.StatusOK || len(password) < 20 {
		t.Fatalf("status %d, password %q", made.status, password)
	}
	for _, path := range []string{"/users", "/users/maria", "/users/maria/password", "/activity"} {
		if page := admin.get(path); page.status != http.StatusOK || strings.Contains(page.body, password) {
			t.Errorf("%s: status %d, or it shows the password", path, page.status)
		}
	}
	maria := h.anybody()
	if got := maria.post("/login", url.Values{"username": {"maria"}, "password": {password}}); got.location != "/profile" {
		t.Errorf("the first login leads to %q", got.location)
	}
	if got := maria.get("/nodes"); got.location != "/profile?next=%2Fnodes" {
		t.Error("the password need not be changed")
	}
	admin.post("/users", url.Values{"username": {"Maria"}, "role": {"viewer"}}).wantProblem(t, http.StatusConflict, "already a user")
	admin.post("/users", url.Values{"username": {"a b"}, "role": {"viewer"}}).wantProblem(t, http.StatusBadRequest, "letters, digits")
	refused := admin.post("/users", url.Values{"username": {"tom"}, "role": {"logreader"}, "password": {"short"}})
	refused.wantProblem(t, http.StatusBadRequest, "at least 8")
	if got := refused.page(t).Find("input[name=username]").AttrOr("value", ""); got != "tom" {
		t.Errorf("the name %q was typed in vain", got)
	}
}

func TestUsersPage_ChangesUser(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	h.addUser("maria", cesi.Operator)
	maria := h.as("maria")
	if got := admin.post("/users/maria/role", url.Values{"role": {"viewer"}}); got.location != "/users/maria?notice=role" {
		t.Errorf("it leads to %q", got.location)
	}
	if got := maria.get("/command?action=stop"); got.status != http.StatusForbidden {
		t.Errorf("status %d after the demotion", got.status)
	}
	if got := admin.get("/users/maria/sessions"); !strings.Contains(got.page(t).Find("h1").Text(), "End 1 session of maria?") {
		t.Errorf("it asks %q", got.page(t).Find("h1").Text())
	}
	admin.post("/users/maria/sessions", nil)
	if got := maria.get("/nodes"); !strings.HasPrefix(got.location, "/login") {
		t.Error("the session goes on")
	}
	maria = h.as("maria")
	reset := admin.post("/users/maria/password", url.Values{"password": {"known to us two"}})
	if got := reset.secretOf(t); got != "known to us two" {
		t.Errorf("it shows %q", got)
	}
	if got := maria.get("/nodes"); !strings.HasPrefix(got.location, "/login") {
		t.Error("the session goes on after the reset")
	}
	admin.post("/users/admin/password", nil).wantProblem(t, http.StatusBadRequest, "Change your own password in your profile")
	if got := admin.post("/users/maria/delete", nil); got.location != "/users?notice=deleted" {
		t.Errorf("it leads to %q", got.location)
	}
	for _, path := range []string{"/users/maria", "/users/maria/delete"} {
		if got := admin.get(path); got.status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got.status)
		}
	}
}

func TestUsersPage_KeepsLastAdmin(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	admin.post("/users/admin/role", url.Values{"role": {"viewer"}}).wantProblem(t, http.StatusConflict, "last administrator")
	admin.post("/users/Admin/delete", nil).wantProblem(t, http.StatusConflict, "last administrator")
	h.addUser("lin", cesi.Admin)
	if got := admin.post("/users/admin/role", url.Values{"role": {"viewer"}}); got.location != "/profile?notice=role" {
		t.Errorf("somebody who gives up the role is led to %q", got.location)
	}
	if got := admin.get("/users"); got.status != http.StatusForbidden {
		t.Errorf("status %d", got.status)
	}
}

func TestProfilePage_AddsAndRevokesToken(t *testing.T) {
	h, maria := startServerAs(t, cesi.Viewer, nil)
	made := maria.post("/profile/tokens", url.Values{"name": {"deploy"}, "days": {"30"}})
	token := made.secretOf(t)
	bearer := with{"Authorization", "Bearer " + token}
	if got := h.anybody().get("/api/v2/nodes", bearer); got.status != http.StatusOK {
		t.Fatalf("status %d with the token %q", got.status, token)
	}
	profile := maria.get("/profile/tokens")
	if strings.Contains(profile.body, token) || !strings.Contains(profile.body, "deploy") {
		t.Error("the profile shows the token again, or not that it is there")
	}
	maria.post("/profile/tokens", url.Values{"name": {"deploy"}, "days": {"0"}}).wantProblem(t, http.StatusConflict, "already a token")
	maria.post("/profile/tokens", url.Values{"name": {"other"}, "days": {"x"}}).wantProblem(t, http.StatusBadRequest, "0 (for ever)")
	question, _ := profile.page(t).Find("#tokens .access a").Attr("href")
	page := maria.get(question).page(t)
	if got := page.Find("h1").Text(); got != "Revoke the API token deploy?" {
		t.Errorf("it asks %q", got)
	}
	if got := maria.post(page.Find("main form").First().AttrOr("action", ""), nil); got.location != "/profile?notice=token#tokens" {
		t.Errorf("it leads to %q", got.location)
	}
	if got := h.anybody().get("/api/v2/nodes", bearer); got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("status %d with a revoked token", got.status)
	}
	if got := maria.get(question); got.status != http.StatusNotFound {
		t.Errorf("status %d for the question about a token that is gone", got.status)
	}
}

func TestTokens_XAPIKeyHeader(t *testing.T) {
	h, maria := startServerAs(t, cesi.Viewer, nil)
	token := maria.post("/profile/tokens", url.Values{"name": {"deploy"}, "days": {"30"}}).secretOf(t)
	key, bad := with{"X-API-Key", token}, with{"X-API-Key", "cesi_x"}
	basic, bearer := with{"Authorization", "Basic bWFyaWE6eA=="}, with{"Authorization", "Bearer " + token}
	for name, test := range map[string]struct {
		headers []with
		want    int
	}{
		"alone":                        {[]with{key}, http.StatusOK},
		"with a proxy's own password":  {[]with{key, basic}, http.StatusOK},
		"a wrong one after a bearer's": {[]with{bad, bearer}, http.StatusOK},
		"a wrong one":                  {[]with{bad}, http.StatusUnauthorized},
		"an empty one":                 {[]with{{"X-API-Key", ""}}, http.StatusUnauthorized},
		"only a proxy's password":      {[]with{basic}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			if got := h.anybody().get("/api/v2/nodes", test.headers...); got.status != test.want {
				t.Errorf("%s: status %d, want %d: %s", name, got.status, test.want, got.body)
			}
		})
	}
	if got := h.anybody().get("/nodes", key); !strings.HasPrefix(got.location, "/login") {
		t.Errorf("a page takes it: %d", got.status)
	}
	if got := h.anybody().do(http.MethodPost, "/api/v2/commands", "{}", key, with{"Sec-Fetch-Site", "cross-site"}); strings.Contains(got.body, "another site") {
		t.Errorf("it is taken for another site's: %s", got.body)
	}
	if got := maria.do(http.MethodPost, "/api/v2/profile/tokens", `{"name":"x"}`, key); got.status != http.StatusForbidden {
		t.Errorf("with a session's cookie too, it makes a token: %d", got.status)
	}
}

func TestProfilePage_EndsOwnSessions(t *testing.T) {
	h, here := startServerAs(t, cesi.Viewer, nil)
	second, third := h.as("viewer"), h.as("viewer")
	sessions := here.get("/profile").page(t).Find("#sessions .access")
	if sessions.Length() != 3 || sessions.Find(".self-mark").Length() != 1 {
		t.Fatalf("%d sessions, %d of them this one", sessions.Length(), sessions.Find(".self-mark").Length())
	}
	first, _ := sessions.Find("form").First().Attr("action")
	here.post(first, nil)
	ended := 0
	for _, b := range []*browser{second, third} {
		if b.get("/nodes").status != http.StatusOK {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d sessions have ended, want 1", ended)
	}
	here.post("/profile/sessions/end", nil)
	for _, b := range []*browser{second, third} {
		if b.get("/nodes").status == http.StatusOK {
			t.Error("another session goes on")
		}
	}
	if here.get("/nodes").status != http.StatusOK {
		t.Error("the own one has ended too")
	}
}

func TestUsersPage_NamesOfPythonCeSI(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	for _, name := range []string{"night/shift", "50% of #1?", "o'brien & co", "a+b@c", "李 雷"} {
		if _, err := h.db.AddUser(t.Context(), cesi.User{Name: name, Role: cesi.Viewer}, "x"); err != nil {
			t.Fatal(err)
		}
		link, _ := admin.get("/users").page(t).Find(".name-link").FilterFunction(func(_ int, e *goquery.Selection) bool {
			return e.Text() == name
		}).Attr("href")
		page := admin.get(link)
		if got := page.page(t).Find("h1").Text(); page.status != http.StatusOK || got != name {
			t.Errorf("%q: status %d, %q", name, page.status, got)
			continue
		}
		form, _ := page.page(t).Find("form[action$='/role']").Attr("action")
		back := admin.post(form, url.Values{"role": {"operator"}}).location
		if got := admin.get(back).page(t).Find("option[selected]").AttrOr("value", ""); got != "operator" {
			t.Errorf("%q is a %q after %s", name, got, back)
		}
		if got := admin.do(http.MethodDelete, "/api/v2"+link, ""); got.status != http.StatusOK {
			t.Errorf("%q: status %d, %s", name, got.status, got.body)
		}
	}
}
