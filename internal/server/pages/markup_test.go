package pages

import (
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// everyElement calls f for every element of every sample page.
func everyElement(t *testing.T, f func(s sample, n *html.Node)) {
	t.Helper()
	for _, s := range adminPages(t) {
		for n := range s.doc.Nodes[0].Descendants() {
			if n.Type == html.ElementNode {
				f(s.sample, n)
			}
		}
	}
}

func TestPages_FollowContentSecurityPolicy(t *testing.T) {
	everyElement(t, func(s sample, n *html.Node) {
		if n.Data == "style" || n.Data == "script" && (n.FirstChild != nil || attribute(n, "src") == "") {
			t.Errorf("%s: an inline %s", s.name, n.Data)
		}
		if n.Data == "iframe" || n.Data == "object" || n.Data == "embed" || n.Data == "base" || n.Data == "img" {
			t.Errorf("%s: an element %s", s.name, n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s %s=%q>", s.name, n.Data, a.Key, a.Val)
			}
		}
	})
}

func TestPages_LinksHavePrefix(t *testing.T) {
	outside := []string{"https://pkg.go.dev/", "https://go.dev/"}
	everyElement(t, func(s sample, n *html.Node) {
		for _, key := range []string{"href", "src", "action", "formaction"} {
			link, found := find(n, key)
			local := strings.HasPrefix(link, "/cesi/") || strings.HasPrefix(link, "#")
			if found && !local && !strings.HasPrefix(link, outside[0]) && !strings.HasPrefix(link, outside[1]) {
				t.Errorf("%s: <%s %s=%q>", s.name, n.Data, key, link)
			}
		}
	})
}

func TestPages_IDsAreUnique(t *testing.T) {
	for _, s := range adminPages(t) {
		if s.name == "hostile dashboard" || s.name == "hostile nodes" || s.name == "hostile processes" || s.name == "hostile activity" {
			continue // these show the same things twice
		}
		seen := make(map[string]bool)
		s.doc.Find("[id]").Each(func(_ int, e *goquery.Selection) {
			id := e.AttrOr("id", "")
			if seen[id] {
				t.Errorf("%s: two elements %q", s.name, id)
			}
			seen[id] = true
		})
	}
}

func TestPages_ControlsHaveNames(t *testing.T) {
	everyElement(t, func(s sample, n *html.Node) {
		switch n.Data {
		case "a", "button", "summary":
			_, hidden := find(n, "hidden")
			if text := goquery.NewDocumentFromNode(n).Text(); strings.TrimSpace(text) == "" && !hidden &&
				attribute(n, "aria-label") == "" && attribute(n, "title") == "" {
				t.Errorf("%s: a nameless %s %v", s.name, n.Data, n.Attr)
			}
		case "input", "select":
			if attribute(n, "type") != "hidden" && attribute(n, "aria-label") == "" && !inLabel(n) {
				t.Errorf("%s: a nameless %s %v", s.name, n.Data, n.Attr)
			}
		}
	})
}

func TestPages_EscapeHostileNames(t *testing.T) {
	r := viewtest.Renderer(t, "")
	for _, name := range fleettest.HostileNames {
		doc := draw(t, r, sample{"node", "node", newNodePage(sampleBase(cesi.Admin), hostileNode(name), 1)})
		if got := doc.Find("h1").Text(); got != name {
			t.Errorf("the heading is %q, want %q", got, name)
		}
		found := false
		doc.Find("input[name=process]").Each(func(_ int, e *goquery.Selection) {
			found = found || e.AttrOr("value", "") == name+":"+name
		})
		if !found {
			t.Errorf("no box sends the process %q", name)
		}
		if scripts := doc.Find("script:not([src])").Length(); scripts != 0 {
			t.Errorf("%q: %d scripts", name, scripts)
		}
	}
}

func find(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func attribute(n *html.Node, key string) string {
	value, _ := find(n, key)
	return value
}

func inLabel(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" {
			return true
		}
	}
	return false
}
