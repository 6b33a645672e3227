package manual_test

import (
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"cesi/internal/manual"
	"cesi/web"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// languages are those that the manual is written in.
var languages = []string{"en", "zh-CN"}

func shipped(t *testing.T) *manual.Manual {
	t.Helper()
	m, err := manual.New(web.Manual(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// parse returns the body of a page.
func parse(t *testing.T, page *manual.Page) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(page.Body)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestManual_CompleteInEveryLanguage(t *testing.T) {
	want := []string{"install", "nodes", "configuration", "proxy", "users", "watching", "control", "logs", "activity", "api", "operations"}
	m := shipped(t)
	original := m.Edition("en")
	for _, language := range languages {
		var names []string
		for i, page := range m.Edition(language) {
			names = append(names, page.Name)
			if page.Language != language {
				t.Errorf("%s is not there in %s", page.Name, language)
			}
			if page.Title == "" || len(page.Sections) == 0 || len(page.Sections) != len(original[i].Sections) {
				t.Errorf("%s/%s %q has %d sections, the original has %d", language, page.Name, page.Title, len(page.Sections), len(original[i].Sections))
			}
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", language, diff)
		}
		files, err := fs.Glob(web.Manual(), language+"/*")
		if err != nil || len(files) != len(want) {
			t.Errorf("%s has the files %v (%v)", language, files, err)
		}
	}
}

func TestManual_SameBlocksInEveryLanguage(t *testing.T) {
	m := shipped(t)
	for _, page := range m.Edition("zh-CN") {
		original, _ := m.Edition("en").Find(page.Name)
		own, english := parse(t, page), parse(t, original)
		for _, kind := range []string{"h2", "h3", "pre", "table", "tr"} {
			if got, want := own.Find(kind).Length(), english.Find(kind).Length(); got != want {
				t.Errorf("%s has %d %s, the original has %d", page.Name, got, kind, want)
			}
		}
		code := func(doc *goquery.Document) []string {
			return doc.Find("pre").Map(func(_ int, e *goquery.Selection) string { return e.Text() })
		}
		if diff := cmp.Diff(code(english), code(own)); diff != "" {
			t.Errorf("%s has other code than the original: - want, + got:\n%s", page.Name, diff)
		}
	}
}

// TestManual_LinksWork checks the links as they are served. That none is lost on
// the way is checked by their number in the source.
func TestManual_LinksWork(t *testing.T) {
	m := shipped(t)
	for _, language := range languages {
		edition := m.Edition(language)
		for _, page := range edition {
			doc := parse(t, page)
			for _, link := range doc.Find("a").EachIter() {
				checkLink(t, edition, page, link.AttrOr("href", ""))
			}
			source, err := fs.ReadFile(web.Manual(), page.Language+"/"+page.Name+".md")
			if err != nil {
				t.Fatal(err)
			}
			if got, want := doc.Find("a").Length(), strings.Count(string(source), "]("); got != want {
				t.Errorf("%s/%s has %d links, its source has %d", language, page.Name, got, want)
			}
		}
	}
}

func checkLink(t *testing.T, edition manual.Edition, page *manual.Page, link string) {
	t.Helper()
	u, err := url.Parse(link)
	if err != nil || u.Scheme == "https" {
		if err != nil {
			t.Errorf("%s links %q: %v", page.Name, link, err)
		}
		return
	}
	to := page
	if u.Path != "" {
		to, _ = edition.Find(path.Base(u.Path))
		if to == nil || prefix+to.Path() != u.Path {
			t.Errorf("%s links %q, where there is no page", page.Name, link)
			return
		}
	}
	ids := parse(t, to).Find("[id]").Map(func(_ int, e *goquery.Selection) string { return e.AttrOr("id", "") })
	if u.Fragment != "" && !slices.Contains(ids, u.Fragment) {
		t.Errorf("%s links %q, but %s has only %v", page.Name, link, to.Name, ids)
	}
}

func TestManual_ShowsNoMarkup(t *testing.T) {
	m := shipped(t)
	for _, language := range languages {
		for _, page := range m.Edition(language) {
			doc := parse(t, page)
			if doc.Find("[style], style, script, img, h1").Length() > 0 || strings.Contains(string(page.Body), "<!--") {
				t.Errorf("%s/%s has what a page may not have", language, page.Name)
			}
			if n := doc.Find("table, pre").Not(".manual-scroll[tabindex='0'] > *").Length(); n > 0 {
				t.Errorf("%s/%s has %d tables or blocks of code that do not scroll", language, page.Name, n)
			}
			prose := parse(t, page)
			prose.Find("code").Remove()
			for line := range strings.Lines(prose.Text()) {
				if strings.ContainsAny(line, "*`|") || strings.Contains(line, "](") {
					t.Errorf("%s/%s shows the marks of Markdown: %s", language, page.Name, line)
				}
			}
			ids := make(map[string]bool)
			for _, e := range doc.Find("[id]").EachIter() {
				id := e.AttrOr("id", "")
				if ids[id] || !strings.HasPrefix(id, "section-") {
					t.Errorf("%s/%s: the id %q is there twice, or could be one of the layout's", language, page.Name, id)
				}
				ids[id] = true
			}
		}
	}
}
