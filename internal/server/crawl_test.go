package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"
)

// oddFleet is two fake nodes, and one that does not answer. The processes of
// one are named with malice.
func oddFleet(t *testing.T) []cesi.Node {
	t.Helper()
	fleet := supervisortest.StartFleet(t)
	calm := fleet.Add("n", fakeProcess("g", "p", cesi.Running), fakeProcess("g", "q", cesi.Fatal), fakeProcess("off", "off", cesi.Stopped)).Node()
	var odd []cesi.Process
	for i, name := range []string{`<script>alert(1)</script>`, `"a'b"`, "a%2Fb", "工人", "a b", "a/b", "..", "?x=1&y#z", `a\b`, "%zz", "+"} {
		odd = append(odd, fakeProcess(name, name, cesi.States()[i%8]))
	}
	strange := fleet.Add("odd", odd...).Node()
	strange.Name = "节点"
	calm.Environments, strange.Environments = []string{"prod"}, []string{"prod", "生产"}
	return []cesi.Node{calm, strange, {Name: "down", URL: "http://127.0.0.1:1", Timeout: calm.Timeout}}
}

// crawler follows every link that its browser is shown.
type crawler struct {
	*browser
	t      *testing.T
	prefix string
	rank   rank
	routes chi.Router
	least  map[string]rank // of each route
	seen   map[string]bool
	forms  map[string]bool
}

// The bounds of a crawl: links to further filters and orders never end.
const (
	maxPages   = 400
	maxQueries = 15 // of one path
)

func (c *crawler) crawl() {
	c.t.Helper()
	queue, queries := []string{c.prefix + "/"}, make(map[string]int)
	for ; len(queue) > 0 && len(c.seen) < maxPages; queue = queue[1:] {
		path, _, _ := strings.Cut(queue[0], "?")
		if c.seen[queue[0]] || queries[path] >= maxQueries {
			continue
		}
		c.seen[queue[0]] = true
		queries[path]++
		queue = append(queue, c.visit(queue[0])...)
	}
}

// visit gets a page, checks its forms and returns its links.
func (c *crawler) visit(path string) []string {
	c.t.Helper()
	r := c.get(path)
	if r.status != http.StatusOK {
		c.t.Errorf("%s is linked, but answers %d to %q", path, r.status, r.location)
		return nil
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		return nil // a download
	}
	doc := r.page(c.t)
	if doc.Find("h1").Length() == 0 {
		c.t.Errorf("%s has no heading", path)
	}
	doc.Find("form[action], [formaction]").Each(func(_ int, e *goquery.Selection) { c.checkForm(path, e) })
	var links []string
	if path == c.prefix+"/about/style" {
		return nil // its links are examples
	}
	doc.Find("a[href], link[href]").Each(func(_ int, a *goquery.Selection) {
		link := a.AttrOr("href", "")
		if strings.HasPrefix(link, "#") || strings.HasPrefix(link, "https://") {
			return
		}
		if !strings.HasPrefix(link, c.prefix+"/") {
			c.t.Errorf("%s links %q, which is not below %s/", path, link, c.prefix)
			return
		}
		link, _, _ = strings.Cut(link, "#")
		links = append(links, link)
	})
	return links
}

// checkForm checks that the target of a form or button exists, and is permitted for the
// caller.
func (c *crawler) checkForm(path string, e *goquery.Selection) {
	c.t.Helper()
	action, method := e.AttrOr("formaction", ""), http.MethodPost
	if action == "" {
		action, method = e.AttrOr("action", ""), strings.ToUpper(e.AttrOr("method", "get"))
	}
	if c.forms[method+action] {
		return
	}
	c.forms[method+action] = true
	u, err := url.Parse(strings.TrimPrefix(action, c.prefix))
	if err != nil || !strings.HasPrefix(action, c.prefix+"/") {
		c.t.Errorf("%s sends to %q: %v", path, action, err)
		return
	}
	found := chi.NewRouteContext()
	if !c.routes.Match(found, method, u.EscapedPath()) {
		c.t.Errorf("%s sends to %s %s, where nothing is", path, method, action)
	} else if least, known := c.least[method+" "+found.RoutePattern()]; !known || least > c.rank {
		c.t.Errorf("%s offers %s %s to %s", path, method, action, callers()[c.rank])
	}
}

func newCrawler(t *testing.T, b *browser, prefix string, of rank) *crawler {
	return &crawler{browser: b, t: t, prefix: prefix, rank: of, routes: b.h.routes(), least: routeTable(), seen: map[string]bool{}, forms: map[string]bool{}}
}

func TestCrawl_LinksWorkForEveryRole(t *testing.T) {
	t.Parallel()
	h := startServer(t, oddFleet(t))
	h.addUsers()
	for of := byViewer; of <= byAdmin; of++ {
		c := newCrawler(t, h.as(callers()[of]), "", of)
		c.post("/nodes/n/processes/g:p/restart", nil) // for the activity log
		c.crawl()
		for _, path := range []string{"/", "/nodes", "/nodes/n", "/nodes/%E8%8A%82%E7%82%B9", "/nodes/down", "/activity", "/profile", "/about"} {
			if !c.seen[path] {
				t.Errorf("nothing leads %s to %s", callers()[of], path)
			}
		}
		if c.seen["/about/style"] != (of == byAdmin) {
			t.Errorf("the page of components is shown to %s: %v", callers()[of], of != byAdmin)
		}
		if steers := c.forms["POST/nodes/n/processes/g:p/restart"]; steers != (of >= byOperator) {
			t.Errorf("a restart is offered to %s: %v", callers()[of], steers)
		}
	}
}

func TestCrawl_LinksWorkUnderPrefix(t *testing.T) {
	t.Parallel()
	for name, front := range map[string]func(http.Handler) http.Handler{
		"that the proxy passes on": func(h http.Handler) http.Handler { return h },
		"that the proxy strips":    func(h http.Handler) http.Handler { return http.StripPrefix("/cesi", h) },
	} {
		t.Run(name, func(t *testing.T) {
			h := startServer(t, oddFleet(t), func(s *setup) { s.Prefix = "/cesi" })
			h.addUser("admin", cesi.Admin)
			proxy := httptest.NewServer(front(h.Server))
			t.Cleanup(proxy.Close)
			h.url = proxy.URL
			c := newCrawler(t, h.as("admin"), "/cesi", byAdmin)
			c.crawl()
			if !c.seen["/cesi/nodes/n"] || !c.seen["/cesi/profile"] {
				t.Errorf("seen: %v", c.seen)
			}
			sent := c.post("/cesi/nodes/n/poll", url.Values{"back": {"/nodes/n?q=1"}})
			if sent.location != "/cesi/nodes/n?q=1" {
				t.Errorf("%d to %q", sent.status, sent.location)
			}
		})
	}
}
