package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// client is a program that uses the API with a token.
type client struct {
	*browser
	token string
}

// call sends a request with the token and decodes the answer.
func (c client) call(method, path, body string, value any) int {
	c.t.Helper()
	r := c.request(method, path, "application/json", strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+c.token)
	code, answer := c.do(r)
	if value != nil {
		if err := json.Unmarshal(answer, value); err != nil {
			c.t.Fatalf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return code
}

// answer is the part of the API's replies that the tests need.
type answer struct {
	Status, Message, Token, Password string
	ID                               int64
	Users                            []struct {
		Name, Role             string
		Type, Sessions, Tokens int
		MustChange             bool `json:"must_change_password"`
		LastLogin              *time.Time
	}
	User struct {
		Name string
		Type int
	}
	Sessions []struct {
		ID, Address string
		Current     bool
	}
	Tokens []struct {
		ID       int64
		Name     string
		Expires  *time.Time
		LastUsed *time.Time `json:"last_used"`
	}
	Logs []struct{ User, Address, Action, Target, Result, Message string }
}

// ask calls the API with the session's cookie and checks the status.
func (b *browser) ask(want int, method, path string, body any) answer {
	b.t.Helper()
	var a answer
	if got := b.api(method, "/api/v2/"+path, body, &a); got != want {
		b.t.Fatalf("%s %s: status %d, want %d: %s", method, path, got, want, a.Message)
	}
	return a
}

// as logs a user in.
func (in *instance) as(t testing.TB, name, password string) *browser {
	t.Helper()
	b := newBrowser(t, in.url)
	b.ask(http.StatusOK, "POST", "auth/login", fields{"username": name, "password": password})
	return b
}

// withToken makes an API token of the browser's user.
func (b *browser) withToken(name string) client {
	b.t.Helper()
	made := b.ask(http.StatusOK, "POST", "profile/tokens", fields{"name": name})
	return client{newBrowser(b.t, b.url), made.Token}
}

// fields is a JSON object.
type fields map[string]any

// newUser is a request for a user.
func newUser(name string, role int) fields {
	return fields{"username": name, "password": "password of " + name, "usertype": role}
}

func TestUsersAPI_SameFormAsPythonCeSI(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.as(t, "admin", adminPassword)
	admin.ask(http.StatusOK, "POST", "users/", newUser("maria", 1))
	admin.ask(http.StatusOK, "POST", "users", fields{"username": "lin", "password": "password of lin", "usertype": "3"})
	admin.ask(http.StatusConflict, "POST", "users", newUser("Maria", 1))
	for _, bad := range []fields{
		{"username": "x", "usertype": 1}, {"username": "x", "password": "12345678"}, {"password": "12345678", "usertype": 1},
		newUser("x", 4), newUser("..", 1), {"username": "x", "password": "short", "usertype": 1},
	} {
		admin.ask(http.StatusBadRequest, "POST", "users", bad)
	}
	users := admin.ask(http.StatusOK, "GET", "users", nil).Users
	var got []string
	for _, u := range users {
		got = append(got, fmt.Sprintf("%s %d %s", u.Name, u.Type, u.Role))
	}
	if want := "admin 0 admin, lin 3 viewer, maria 1 operator"; strings.Join(got, ", ") != want {
		t.Errorf("users %v, want %s", got, want)
	}

	maria := in.as(t, "maria", "password of maria")
	maria.ask(http.StatusForbidden, "GET", "users", nil)
	maria.ask(http.StatusForbidden, "PUT", "users/maria/role", fields{"usertype": 0})
	admin.ask(http.StatusOK, "PUT", "users/maria/role", fields{"usertype": 0})
	maria.ask(http.StatusOK, "GET", "users", nil)
	admin.ask(http.StatusOK, "PUT", "users/maria/role", fields{"role": "viewer"})
	admin.ask(http.StatusBadRequest, "PUT", "users/maria/role", fields{})
	admin.ask(http.StatusBadRequest, "PUT", "users/admin/password", nil)

	made := admin.ask(http.StatusOK, "PUT", "users/maria/password", nil)
	maria.ask(http.StatusUnauthorized, "GET", "nodes", nil)
	maria = in.as(t, "maria", made.Password)
	maria.ask(http.StatusForbidden, "GET", "nodes", nil)
	maria.ask(http.StatusOK, "PUT", "profile/password", fields{"oldPassword": made.Password, "newPassword": "a new one of hers"})
	maria.ask(http.StatusOK, "GET", "nodes", nil)

	admin.ask(http.StatusOK, "DELETE", "users/maria/sessions", nil)
	maria.ask(http.StatusUnauthorized, "GET", "nodes", nil)
	admin.ask(http.StatusOK, "DELETE", "users/maria", nil)
	admin.ask(http.StatusNotFound, "DELETE", "users/maria", nil)
	admin.ask(http.StatusConflict, "DELETE", "users/admin", nil)
	admin.ask(http.StatusConflict, "PUT", "users/admin/role", fields{"usertype": 1})
}

func TestUsersAPI_ConcurrentDemotionsKeepAnAdmin(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	ann := in.as(t, "admin", adminPassword)
	ann.ask(http.StatusOK, "POST", "users", newUser("bob", 0))
	bob := in.as(t, "bob", "password of bob")
	for round := range 5 {
		codes := make([]int, 2)
		var both sync.WaitGroup
		both.Go(func() { codes[0] = ann.api("PUT", "/api/v2/users/bob/role", fields{"usertype": 3}, nil) })
		both.Go(func() {
			if round%2 == 0 {
				codes[1] = bob.api("PUT", "/api/v2/users/admin/role", fields{"usertype": 3}, nil)
			} else {
				codes[1] = bob.api("DELETE", "/api/v2/users/admin", nil, nil)
			}
		})
		both.Wait()
		if (codes[0] == http.StatusOK) == (codes[1] == http.StatusOK) {
			t.Fatalf("statuses %v: exactly one may succeed", codes)
		}
		if codes[1] == http.StatusOK {
			if round%2 == 1 {
				bob.ask(http.StatusOK, "POST", "users", fields{"username": "admin", "password": adminPassword, "usertype": 0})
				ann = in.as(t, "admin", adminPassword)
				continue
			}
			bob.ask(http.StatusOK, "PUT", "users/admin/role", fields{"usertype": 0})
			continue
		}
		ann.ask(http.StatusOK, "PUT", "users/bob/role", fields{"usertype": 0})
	}
}

func TestTokens_HaveOwnersCurrentRole(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.as(t, "admin", adminPassword)
	admin.ask(http.StatusOK, "POST", "users", newUser("maria", 0))
	maria := in.as(t, "maria", "password of maria")
	deploy := maria.withToken("deploy of web")

	if code := deploy.call("DELETE", "/api/v2/activitylogs?before=2001-01-01", "", nil); code != http.StatusOK {
		t.Fatalf("status %d for an administrator's token", code)
	}
	if deploy.pageOfToken("/nodes") != "login" {
		t.Error("a token opens a page")
	}
	var first answer
	admin.api("GET", "/api/v2/activitylogs/1?format=json", nil, &first)
	if got := first.Logs[0]; got.User != "maria" || got.Address != "127.0.0.1 (token deploy of web)" || got.Action != "activity purge" {
		t.Errorf("the entry is %+v", got)
	}
	for _, refused := range [][2]string{{"POST", "profile/tokens"}, {"DELETE", "profile/tokens/1"}, {"DELETE", "profile/sessions"},
		{"DELETE", "profile/sessions/x"}, {"PUT", "profile/password"}, {"POST", "auth/logout"}, {"POST", "users"}, {"DELETE", "users/maria"}, {"PUT", "users/maria/role"},
		{"PUT", "users/maria/password"}, {"DELETE", "users/maria/sessions"}, {"DELETE", "users/maria/tokens"}} {
		if code := deploy.call(refused[0], "/api/v2/"+refused[1], `{"name":"another"}`, nil); code != http.StatusForbidden {
			t.Errorf("%v: status %d", refused, code)
		}
	}

	admin.ask(http.StatusOK, "PUT", "users/maria/role", fields{"usertype": 3})
	if code := deploy.call("GET", "/api/v2/users", "", nil); code != http.StatusForbidden {
		t.Errorf("status %d for the token of a demoted owner", code)
	}
	if code := deploy.call("GET", "/api/v2/nodes", "", nil); code != http.StatusOK {
		t.Errorf("status %d for what the owner still may do", code)
	}
	admin.ask(http.StatusOK, "PUT", "users/maria/password", fields{"password": "known to two"})
	if code := deploy.call("GET", "/api/v2/nodes", "", nil); code != http.StatusUnauthorized {
		t.Errorf("status %d for a token from before the owner's password was reset", code)
	}
	admin.ask(http.StatusOK, "DELETE", "users/maria", nil)
	if code := deploy.call("GET", "/api/v2/nodes", "", nil); code != http.StatusUnauthorized {
		t.Errorf("status %d for the token of a deleted owner", code)
	}
}

// pageOfToken says which form the page has that the token leads to.
func (c client) pageOfToken(path string) string {
	c.t.Helper()
	r := c.request("GET", path, "", nil)
	r.Header.Set("Authorization", "Bearer "+c.token)
	_, body := c.do(r)
	if c.parse(body).Find("form[action='/login']").Length() == 1 {
		return "login"
	}
	return path
}

func TestTokens_ListUseAndRevoke(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.as(t, "admin", adminPassword)
	soon := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	made := admin.ask(http.StatusOK, "POST", "profile/tokens", fields{"name": "ci", "expires": soon})
	admin.ask(http.StatusConflict, "POST", "profile/tokens", fields{"name": "CI"})
	admin.ask(http.StatusBadRequest, "POST", "profile/tokens", fields{"name": "old", "expires": soon.Add(-2 * time.Hour)})
	ci := client{newBrowser(t, in.url), made.Token}
	r := ci.request("POST", "/api/v2/commands", "application/json", strings.NewReader(`{}`))
	r.Header.Set("Authorization", "bearer "+made.Token)
	r.Header.Set("Origin", "https://elsewhere.example.com")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if code, body := ci.do(r); code != http.StatusBadRequest {
		t.Errorf("status %d: %s", code, body)
	}
	list := admin.ask(http.StatusOK, "GET", "profile/tokens", nil).Tokens
	if len(list) != 1 || list[0].Name != "ci" || list[0].LastUsed == nil || list[0].Expires == nil || !list[0].Expires.Equal(soon) {
		t.Errorf("tokens: %+v", list)
	}
	if strings.Contains(in.read(t, "cesi.db")+in.read(t, "cesi.db-wal"), strings.TrimPrefix(made.Token, "cesi_")) {
		t.Error("the token itself is stored")
	}
	admin.ask(http.StatusOK, "DELETE", fmt.Sprintf("profile/tokens/%d", made.ID), nil)
	admin.ask(http.StatusNotFound, "DELETE", fmt.Sprintf("profile/tokens/%d", made.ID), nil)
	var refused answer
	if code := ci.call("GET", "/api/v2/nodes", "", &refused); code != http.StatusUnauthorized || !strings.Contains(refused.Message, "revoked") {
		t.Errorf("status %d: %s", code, refused.Message)
	}
}

func TestTokens_OnlyBadOnesAreThrottled(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	admin := in.as(t, "admin", adminPassword)
	good := admin.withToken("good")
	bad := client{newBrowser(t, in.url), "cesi_" + strings.Repeat("x", 43)}
	waitFor(t, "bad tokens to be throttled", func() bool {
		return bad.call("GET", "/api/v2/nodes", "", nil) == http.StatusTooManyRequests
	})
	if code := good.call("GET", "/api/v2/nodes", "", nil); code != http.StatusOK {
		t.Errorf("status %d for a good token", code)
	}
	in.as(t, "admin", adminPassword)
}

func TestSessions_EndedOneIsLoggedOut(t *testing.T) {
	t.Parallel()
	in := startCesi(t, "")
	here, there := in.as(t, "admin", adminPassword), in.as(t, "admin", adminPassword)
	if _, doc := there.get("/nodes"); doc.Find("h1").Text() != "Nodes" {
		t.Fatal("the page does not open")
	}
	sessions := here.ask(http.StatusOK, "GET", "profile/sessions", nil).Sessions
	if len(sessions) != 2 {
		t.Fatalf("%d sessions, want 2", len(sessions))
	}
	for _, s := range sessions {
		if !s.Current {
			here.ask(http.StatusOK, "DELETE", "profile/sessions/"+s.ID, nil)
			here.ask(http.StatusNotFound, "DELETE", "profile/sessions/"+s.ID, nil)
		}
	}
	if _, doc := there.get("/nodes"); doc.Find("form[action='/login']").Length() != 1 {
		t.Error("the open page goes on after its session has ended")
	}
	third := in.as(t, "admin", adminPassword)
	here.ask(http.StatusOK, "DELETE", "profile/sessions", nil)
	third.ask(http.StatusUnauthorized, "GET", "nodes", nil)
	here.ask(http.StatusOK, "GET", "nodes", nil)
}
