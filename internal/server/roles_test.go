package server

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/store"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
)

// rank is how far a caller's rights reach: each has those of the ranks below.
type rank int

const (
	byAnybody  rank = iota // logged in or not
	byNewcomer             // logged in, but must change the password before anything else
	byViewer
	byLogReader
	byOperator
	byAdmin
)

// callers are the users of the ranks, by rank.
func callers() []string { return []string{"", "newcomer", "viewer", "logreader", "operator", "admin"} }

// routeTable says for every route the least rank that may use it. A new route
// needs a row here.
func routeTable() map[string]rank {
	return map[string]rank{
		"GET /healthz":  byAnybody,
		"GET /readyz":   byAnybody,
		"GET /static/*": byAnybody,

		"GET /login":                       byAnybody,
		"POST /login":                      byAnybody,
		"POST /logout":                     byNewcomer,
		"GET /profile":                     byNewcomer,
		"POST /profile/password":           byNewcomer,
		"POST /profile/preferences":        byNewcomer,
		"POST /profile/sessions/end":       byViewer,
		"POST /profile/sessions/{id}/end":  byViewer,
		"GET /profile/tokens":              byViewer,
		"POST /profile/tokens":             byViewer,
		"GET /profile/tokens/{id}/revoke":  byViewer,
		"POST /profile/tokens/{id}/revoke": byViewer,

		"GET /users":                  byAdmin,
		"POST /users":                 byAdmin,
		"GET /users/{user}":           byAdmin,
		"POST /users/{user}/role":     byAdmin,
		"GET /users/{user}/password":  byAdmin,
		"POST /users/{user}/password": byAdmin,
		"GET /users/{user}/sessions":  byAdmin,
		"POST /users/{user}/sessions": byAdmin,
		"GET /users/{user}/tokens":    byAdmin,
		"POST /users/{user}/tokens":   byAdmin,
		"GET /users/{user}/delete":    byAdmin,
		"POST /users/{user}/delete":   byAdmin,

		"GET /":                                 byViewer,
		"GET /nodes":                            byViewer,
		"GET /nodes/{node}":                     byViewer,
		"GET /nodes/{node}/confirm":             byOperator,
		"GET /processes":                        byViewer,
		"GET /groups":                           byViewer,
		"GET /groups/{group}":                   byViewer,
		"GET /environments":                     byViewer,
		"GET /environments/{environment}":       byViewer,
		"GET /command":                          byOperator,
		"GET /activity":                         byViewer,
		"GET /activity/purge":                   byAdmin,
		"POST /activity/purge":                  byAdmin,
		"GET /activity/{id}":                    byViewer,
		"GET /help":                             byViewer,
		"GET /help/{page}":                      byViewer,
		"GET /about":                            byViewer,
		"GET /about/style":                      byAdmin,
		"GET /palette":                          byViewer,
		"GET /live":                             byViewer,
		"GET /nodes/{node}/processes/{process}": byViewer,
		"GET /nodes/{node}/daemon":              byAdmin,
		"GET /nodes/{node}/daemon/confirm":      byAdmin,
		"POST /nodes/{node}/reread":             byAdmin,
		"POST /nodes/{node}/update":             byAdmin,
		"POST /nodes/{node}/{action:add|remove|reload|shutdown|clear-log}": byAdmin,
		"POST /api/v2/nodes/{node}/reread":                                 byAdmin,
		"POST /api/v2/nodes/{node}/update":                                 byAdmin,
		"POST /api/v2/nodes/{node}/reload":                                 byAdmin,
		"POST /api/v2/nodes/{node}/shutdown":                               byAdmin,
		"POST /api/v2/nodes/{node}/clear-log":                              byAdmin,
		"POST /api/v2/nodes/{node}/groups/{group}/add":                     byAdmin,
		"POST /api/v2/nodes/{node}/groups/{group}/remove":                  byAdmin,

		"POST /command":           byOperator,
		"POST /nodes/{node}/poll": byViewer,
		"POST /nodes/{node}/{action:start|stop|restart|signal}":                           byOperator,
		"POST /nodes/{node}/processes/{process}/{action:start|stop|restart|signal|stdin}": byOperator,
		"POST /nodes/{node}/clear-logs":                                                   byAdmin,
		"POST /nodes/{node}/processes/{process}/clear-logs":                               byAdmin,

		"GET /api/version":                                 byAnybody,
		"GET /api/v2/openapi.json":                         byAnybody,
		"POST /api/v2/auth/login":                          byAnybody,
		"POST /api/v2/auth/logout":                         byNewcomer,
		"GET /api/v2/profile":                              byNewcomer,
		"PUT /api/v2/profile/password":                     byNewcomer,
		"GET /api/v2/profile/sessions":                     byViewer,
		"DELETE /api/v2/profile/sessions":                  byViewer,
		"DELETE /api/v2/profile/sessions/{id}":             byViewer,
		"GET /api/v2/profile/tokens":                       byViewer,
		"POST /api/v2/profile/tokens":                      byViewer,
		"DELETE /api/v2/profile/tokens/{id}":               byViewer,
		"GET /api/v2/users":                                byAdmin,
		"POST /api/v2/users":                               byAdmin,
		"DELETE /api/v2/users/{user}":                      byAdmin,
		"PUT /api/v2/users/{user}/role":                    byAdmin,
		"PUT /api/v2/users/{user}/password":                byAdmin,
		"DELETE /api/v2/users/{user}/sessions":             byAdmin,
		"DELETE /api/v2/users/{user}/tokens":               byAdmin,
		"GET /api/v2/processes":                            byViewer,
		"GET /api/v2/environments":                         byViewer,
		"GET /api/v2/groups":                               byViewer,
		"GET /api/v2/groups/{group}":                       byViewer,
		"GET /api/v2/groups/{group}/node/{node}":           byViewer,
		"POST /api/v2/commands":                            byOperator,
		"GET /api/v2/nodes":                                byViewer,
		"GET /api/v2/nodes/{node}":                         byViewer,
		"GET /api/v2/activitylogs":                         byViewer,
		"GET /api/v2/activitylogs/export":                  byAdmin,
		"DELETE /api/v2/activitylogs":                      byAdmin,
		"GET /api/v2/activitylogs/{limit:[0-9]+}":          byViewer,
		"GET /api/v2/nodes/{node}/processes":               byViewer,
		"GET /api/v2/nodes/{node}/processes/{process}":     byViewer,
		"GET /api/v2/nodes/{node}/processes/{process}/log": byLogReader,

		"GET /api/v2/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}":          byLogReader,
		"GET /api/v2/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}/search":   byLogReader,
		"GET /api/v2/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}/tail":     byLogReader,
		"GET /api/v2/nodes/{node}/processes/{process}/logs/{stream:stdout|stderr}/download": byLogReader,

		"GET /api/v2/nodes/{node}/log":          byLogReader,
		"GET /api/v2/nodes/{node}/log/search":   byLogReader,
		"GET /api/v2/nodes/{node}/log/tail":     byLogReader,
		"GET /api/v2/nodes/{node}/log/download": byLogReader,

		"GET /nodes/{node}/processes/{process}/log/tail":                            byLogReader,
		"GET /nodes/{node}/processes/{process}/log/{stream:stdout|stderr}":          byLogReader,
		"GET /nodes/{node}/processes/{process}/log/{stream:stdout|stderr}/search":   byLogReader,
		"GET /nodes/{node}/processes/{process}/log/{stream:stdout|stderr}/tail":     byLogReader,
		"GET /nodes/{node}/processes/{process}/log/{stream:stdout|stderr}/download": byLogReader,

		"GET /nodes/{node}/log":          byLogReader,
		"GET /nodes/{node}/log/search":   byLogReader,
		"GET /nodes/{node}/log/tail":     byLogReader,
		"GET /nodes/{node}/log/download": byLogReader,

		"GET /api/v2/nodes/{node}/processes/{process}/config":                       byLogReader,
		"POST /api/v2/nodes/{node}/processes/{process}/{action:start|stop|restart}": byOperator,
		"POST /api/v2/nodes/{node}/processes/{process}/signal":                      byOperator,
		"POST /api/v2/nodes/{node}/processes/{process}/stdin":                       byOperator,
		"POST /api/v2/nodes/{node}/processes/{process}/clear-logs":                  byAdmin,
		"POST /api/v2/nodes/{node}/all-processes/{action:start|stop|restart}":       byOperator,
		"POST /api/v2/nodes/{node}/all-processes/signal":                            byOperator,
		"POST /api/v2/nodes/{node}/clear-logs":                                      byAdmin,
	}
}

// parameters fill the patterns; all others become "x".
func parameters() map[string]string {
	return map[string]string{"node": "n", "process": "g:p", "group": "g", "environment": "e", "action": "restart", "limit": "3", "id": "1", "stream": "stdout"}
}

// bodies are sent with a route where an empty one would be refused like a
// caller without the right.
func bodies() map[string]string {
	return map[string]string{"POST /profile/password": "new=one&repeat=another"}
}

// pathOf fills a pattern's parameters, so that the route is the one that answers.
func pathOf(pattern string) string {
	path := regexp.MustCompile(`\{(\w+)[^}]*\}`).ReplaceAllStringFunc(pattern, func(parameter string) string {
		name, want, _ := strings.Cut(strings.Trim(parameter, "{}"), ":")
		value, found := parameters()[name]
		switch {
		case !found:
			return "x"
		case !regexp.MustCompile("^(" + want + ")").MatchString(value):
			return want // it takes one word only
		}
		return value
	})
	return strings.TrimSuffix(path, "*")
}

// everyRoute lists the router's routes as "METHOD pattern".
func everyRoute(t *testing.T, s *Server) []string {
	t.Helper()
	var routes []string
	err := chi.Walk(s.routes(), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, method+" "+pattern)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(routes)
	return routes
}

// roleBrowsers is a server with a browser for every rank.
type roleBrowsers struct {
	*harness
	browsers []*browser
}

func newRoleBrowsers(t *testing.T) *roleBrowsers {
	t.Helper()
	_, nodes := fakeNode(t)
	h := startServer(t, nodes)
	h.addUsers()
	if err := h.auth.AddUser(t.Context(), testRoot, "newcomer", passwordOf("newcomer"), cesi.Admin, true); err != nil {
		t.Fatal(err)
	}
	return &roleBrowsers{harness: h, browsers: make([]*browser, len(callers()))}
}

// caller returns the rank's browser, logged in again if the last request has ended its
// session.
func (c *roleBrowsers) caller(of rank) *browser {
	c.t.Helper()
	if of == byAnybody {
		return c.anybody()
	}
	b := c.browsers[of]
	if b == nil || b.get("/api/v2/profile").status != http.StatusOK {
		b = c.as(callers()[of])
		c.browsers[of] = b
	}
	return b
}

func TestRoutes_RolesOfEachRoute(t *testing.T) {
	t.Parallel()
	c := newRoleBrowsers(t)
	table := routeTable()
	for _, route := range everyRoute(t, c.Server) {
		least, found := table[route]
		if !found {
			t.Errorf("%s has no row in the table", route)
			continue
		}
		delete(table, route)
		for of := range byAdmin + 1 {
			c.checkCell(route, of, least)
		}
	}
	for route := range table {
		t.Errorf("there is no route %s, but a row in the table", route)
	}
}

// checkCell lets a caller use a route that needs at least the rank least.
func (c *roleBrowsers) checkCell(route string, of, least rank) {
	c.t.Helper()
	method, pattern, _ := strings.Cut(route, " ")
	path := pathOf(pattern)
	response := c.caller(of).send(method, path, bodies()[route], asForm())
	response.Body.Close()
	status, location := response.StatusCode, response.Header.Get("Location")
	page := !strings.HasPrefix(path, "/api/")
	var good bool
	switch {
	case of >= least:
		good = status != http.StatusForbidden && !strings.HasPrefix(location, "/login?") && !leadsToPasswordChange(location) &&
			(status != http.StatusUnauthorized || least == byAnybody) // a login without a name
	case of == byAnybody && page && method == http.MethodGet:
		good = status == http.StatusSeeOther && (location == "/login" || strings.HasPrefix(location, "/login?next="))
	case of == byAnybody:
		good = status == http.StatusUnauthorized
	case of == byNewcomer && page:
		good = status == http.StatusSeeOther && leadsToPasswordChange(location)
	default:
		good = status == http.StatusForbidden
	}
	if !good {
		c.t.Errorf("%s by %q: %d, to %q", route, callers()[of], status, location)
	}
}

// leadsToPasswordChange reports whether a caller is sent to change the password first.
func leadsToPasswordChange(location string) bool {
	return location == "/profile" || strings.HasPrefix(location, "/profile?next=")
}

// stored is all that a request could change.
type stored struct {
	Users    []cesi.User
	Sessions int
	Entries  []cesi.Activity
}

func (h *harness) stored() stored {
	h.t.Helper()
	users, err := h.auth.Users(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	now := stored{Users: users, Entries: h.entries()}
	for _, u := range users {
		sessions, err := h.auth.Sessions(h.t.Context(), u.Name)
		if err != nil {
			h.t.Fatal(err)
		}
		now.Sessions += len(sessions)
	}
	return now
}

// entries is the activity log, newest first.
func (h *harness) entries() []cesi.Activity {
	h.t.Helper()
	entries, err := h.db.Activities(h.t.Context(), store.ActivityFilter{Targets: true})
	if err != nil {
		h.t.Fatal(err)
	}
	return entries
}

func TestRoutes_GetChangesNothing(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Admin, nodes)
	routes := everyRoute(t, h.Server)
	before := h.stored()
	for _, route := range routes {
		method, pattern, _ := strings.Cut(route, " ")
		if method == http.MethodGet || slices.Contains(routes, "GET "+pattern) {
			continue
		}
		for _, safe := range []string{http.MethodGet, http.MethodHead} {
			if got := b.do(safe, pathOf(pattern), ""); got.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d, want 405", safe, pattern, got.status)
			}
		}
	}
	if diff := cmp.Diff(before, h.stored()); diff != "" {
		t.Errorf("what has changed: %s", diff)
	}
}

func TestCrossSite_ChangesNothing(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Admin, nodes)
	before := h.stored()
	for _, route := range everyRoute(t, h.Server) {
		method, pattern, _ := strings.Cut(route, " ")
		if method == http.MethodGet {
			continue
		}
		for _, header := range []with{
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://evil.example"}, {"Origin", "null"},
		} {
			got := b.do(method, pathOf(pattern), "", header)
			if got.status != http.StatusForbidden || !strings.Contains(got.body, "proxy_set_header Host $http_host;") {
				t.Errorf("%s with %v: %d %s", route, header, got.status, got.body)
			}
		}
	}
	if diff := cmp.Diff(before, h.stored()); diff != "" {
		t.Errorf("what has changed: %s", diff)
	}
}

func TestTokens_CannotChangeAccounts(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Admin, nodes)
	token := b.post("/profile/tokens", url.Values{"name": {"deploy"}, "days": {"0"}}).secretOf(t)
	before := h.stored()
	for _, route := range everyRoute(t, h.Server) {
		method, pattern, _ := strings.Cut(route, " ")
		area := strings.TrimPrefix(pattern, "/api/v2")
		if method == http.MethodGet || area == pattern || !strings.HasPrefix(area, "/users") && !strings.HasPrefix(area, "/profile") {
			continue
		}
		got := h.anybody().do(method, pathOf(pattern), "{}", with{"Authorization", "Bearer " + token})
		if got.status != http.StatusForbidden || !strings.Contains(got.body, "log in with the password") {
			t.Errorf("%s: %d %s", route, got.status, got.body)
		}
	}
	if diff := cmp.Diff(before, h.stored()); diff != "" {
		t.Errorf("what has changed: %s", diff)
	}
}

func TestCrossSite_RefusalSaysWhy(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Admin, nodes)
	got := b.do(http.MethodPost, "/nodes/n/poll", "", with{"Origin", "https://evil.example"})
	if strings.Contains(got.body, "another role") || !strings.Contains(got.body, "CeSI&#39;s own pages") {
		t.Errorf("it says %s", got.body)
	}
}

func TestCrossSite_OwnFormsAreAllowed(t *testing.T) {
	t.Parallel()
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Admin, nodes)
	for _, header := range []with{
		{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "none"}, {"Origin", h.url},
	} {
		if got := b.do(http.MethodPost, "/nodes/n/poll", "", header); got.status != http.StatusSeeOther {
			t.Errorf("%v: %d %s", header, got.status, got.body)
		}
	}
}
