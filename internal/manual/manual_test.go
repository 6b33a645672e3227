package manual_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"cesi/internal/manual"

	"github.com/google/go-cmp/cmp"
)

// prefix is where the manual of the tests is served.
const prefix = "/cesi"

// pageOf renders one file.
func pageOf(t *testing.T, source string) *manual.Page {
	t.Helper()
	m, err := manual.New(fstest.MapFS{"en/a.md": {Data: []byte(source)}, "en/b.md": {Data: []byte("# B")}}, prefix)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := m.Edition("en").Find("a")
	return page
}

func TestPage_LinksAreServed(t *testing.T) {
	for source, want := range map[string]string{
		"[B](b.md)":                    `<a href="/cesi/help/b">B</a>`,
		"[B](b.md#some-part)":          `<a href="/cesi/help/b#section-some-part">B</a>`,
		"[here](#part)":                `<a href="#section-part">here</a>`,
		"[Go](https://go.dev)":         `<a href="https://go.dev">Go</a>`,
		"[a *sample*](../../x.sample)": `a <em>sample</em>`,
		"[none](none.md)":              `none`,
		"[up](../en/b.md)":             `up`,
		"[root](/etc/passwd)":          `root`,
		"[js](javascript:alert(1))":    `js`,
		"[plain](http://x.example)":    `plain`,
		"[empty]()":                    `empty`,
		"![a picture](x.png) follows":  `a picture follows`,
		"<b onclick=x>bold</b>":        `<!-- raw HTML omitted -->bold<!-- raw HTML omitted -->`,
	} {
		t.Run(source, func(t *testing.T) {
			if got := strings.TrimSpace(string(pageOf(t, "# A\n\n"+source).Body)); got != "<p>"+want+"</p>" {
				t.Errorf("%s becomes %s, not %s", source, got, want)
			}
		})
	}
}

func TestPage_HasATitleAndSections(t *testing.T) {
	page := pageOf(t, "# The `a` page\n\n## Log in, log out\n\n## `cesi check`\n\n### Deeper\n\n## Live\n\n## Live\n")
	want := []manual.Section{
		{ID: "section-log-in-log-out", Title: "Log in, log out"}, {ID: "section-cesi-check", Title: "cesi check"},
		{ID: "section-live", Title: "Live"}, {ID: "section-live-1", Title: "Live"},
	}
	if diff := cmp.Diff(want, page.Sections); diff != "" || page.Title != "The a page" || strings.Contains(string(page.Body), "<h1") {
		t.Errorf("%q: %s", page.Title, diff)
	}
}

func TestNew_FallsBackToEnglish(t *testing.T) {
	m, err := manual.New(fstest.MapFS{
		"en/nodes.md":      {Data: []byte("# Nodes\n\n## By name\n\n### By address\n")},
		"en/install.md":    {Data: []byte("# Install\n")},
		"zh-CN/nodes.md":   {Data: []byte("# 节点\n\n## 按名称\n\n### 按地址\n")},
		"zh-CN/private.md": {Data: []byte("# 没有原文\n")},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, page := range m.Edition("zh-CN") {
		got = append(got, page.Language+" "+page.Path()+" "+page.Title)
	}
	if diff := cmp.Diff([]string{"en /help/install Install", "zh-CN /help/nodes 节点"}, got); diff != "" {
		t.Error(diff)
	}
	if page, at := m.Edition("zh-CN").Find("nodes"); at != 1 || page.PathTo(page.Sections[0]) != "/help/nodes#section-by-name" ||
		!strings.Contains(string(page.Body), `<h3 id="section-by-address">`) {
		t.Errorf("a section has another id than in English: %v %s", page.Sections, page.Body)
	}
	if page, _ := m.Edition("fr").Find("nodes"); page.Title != "Nodes" {
		t.Errorf("in a language that is not there: %q", page.Title)
	}
}

func TestNew_RefusesAPageWithoutTitle(t *testing.T) {
	for _, source := range []string{"", "Text.", "## Second level"} {
		if _, err := manual.New(fstest.MapFS{"en/a.md": {Data: []byte(source)}}, ""); err == nil || !strings.Contains(err.Error(), "en/a.md") {
			t.Errorf("%q: %v", source, err)
		}
	}
}
