package e2e

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
)

// pagesLooked bounds how many pages crawl fetches.
const pagesLooked = 200

// crawl fetches every page that a link leads to from the dashboard, and returns
// their paths with their text.
func (b *browser) crawl() map[string]string {
	b.t.Helper()
	pages, waiting := map[string]string{}, []string{"/"}
	for len(waiting) > 0 && len(pages) < pagesLooked {
		path := waiting[0]
		waiting = waiting[1:]
		if _, seen := pages[path]; seen {
			continue
		}
		_, body := b.do(b.request("GET", path, "", nil))
		pages[path] = string(body)
		waiting = append(waiting, b.links(path, body)...)
	}
	return pages
}

// links returns the addresses on this server that a page leads to.
func (b *browser) links(path string, body []byte) []string {
	base, err := url.Parse(b.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	var found []string
	b.parse(body).Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		to, err := base.Parse(a.AttrOr("href", ""))
		if err == nil && to.Host == base.Host {
			found = append(found, to.RequestURI())
		}
	})
	return found
}

func TestSecrets_OfNodesAreNeverShown(t *testing.T) {
	t.Parallel()
	const right, wrong, kept, clash = "right-s3cret", "wrong-s3cret", "kept-s3cret", "clash-s3cret"
	options := supervisortest.Options{Programs: "[program:api]\ncommand = tail -f /dev/null\nstartsecs = 0\n", Username: "cesi", Password: right}
	open, shut := supervisortest.Start(t, options), supervisortest.Start(t, supervisortest.Options{Username: "cesi", Password: "other-s3cret"})
	stranger := shut.Node("stranger")
	stranger.Password = wrong
	sections := nodesConf(open.Node("web-1"), stranger, cesi.Node{Name: "down", URL: fmt.Sprintf("http://127.0.0.1:%d", supervisortest.FreePort(t)), Username: "cesi", Password: kept})
	in := startCesi(t, sections, "log_level = debug", "activity_log = activity.log")
	b := in.login(t)
	for _, node := range []string{"web-1", "stranger", "down"} {
		for _, action := range []string{"stop", "start"} {
			b.apiStatus("POST", "/api/v2/nodes/"+node+"/all-processes/"+action)
		}
		b.post("/nodes/"+node+"/poll", url.Values{"back": {"/"}})
	}
	in.write(t, "cesi.conf", in.read(t, "cesi.conf")+"[node:broken]\nhost = 127.0.0.1\npassword = "+clash+"\npassword = "+clash+"\n")
	waitFor(t, "the banner about the broken configuration", func() bool {
		_, doc := b.get("/about")
		return strings.Contains(doc.Text(), "The configuration has an error")
	})

	seen := b.crawl()
	if len(seen) < 8 {
		t.Errorf("only %d pages were found", len(seen))
	}
	for _, path := range []string{"/api/version", "/api/v2/profile", "/api/v2/nodes", "/api/v2/nodes/web-1", "/api/v2/nodes/stranger",
		"/api/v2/nodes/stranger/processes", "/api/v2/nodes/down/processes/api:api", "/api/v2/nodes/web-1/processes/api:api/log",
		"/api/v2/environments", "/api/v2/groups", "/api/v2/activitylogs", "/api/v2/activitylogs?format=json", "/readyz"} {
		_, body := b.do(b.request("GET", path, "", nil))
		seen[path] = string(body)
	}
	seen["cesi check"], _ = in.cli(t, "", "check", "--connect")
	in.terminate(t)
	seen["its log"], seen["the text mirror"] = in.log.String(), in.read(t, "activity.log")
	seen["its database"] = in.read(t, "cesi.db")
	for _, secret := range []string{right, wrong, kept, clash, "other-s3cret"} {
		for _, text := range []string{secret, base64.StdEncoding.EncodeToString([]byte("cesi:" + secret)), url.QueryEscape(secret)} {
			for where, what := range seen {
				if strings.Contains(what, text) {
					t.Errorf("%s is in %s:\n%s", text, where, what)
				}
			}
		}
	}
}
