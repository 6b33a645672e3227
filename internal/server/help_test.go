package server

import (
	"net/http"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

func TestManual_NeedsLogin(t *testing.T) {
	h, b := startServerAs(t, cesi.Viewer, nil)
	contents := b.open("/help")
	if got := contents.Find("main h1").Text(); got != "Manual" {
		t.Errorf("the contents are called %q", got)
	}
	if contents.Find(".user-menu a[href='/help'][aria-current]").Length() != 1 {
		t.Error("the menu does not lead to the manual")
	}
	page := b.open("/help/nodes")
	if got := page.Find("article h1").Text(); got != "Nodes" || !strings.HasPrefix(page.Find("title").Text(), "Nodes · ") {
		t.Errorf("the page is called %q", got)
	}
	if page.Find("#contents a[aria-current][href='/help/nodes']").Length() != 1 || page.Find("#contents ul ul a").Length() != page.Find("article h2").Length() {
		t.Errorf("the table of contents is %s", page.Find("#contents").Text())
	}
	if page.Find("a[rel=next]").Length() != 1 || contents.Find("a[rel=next]").Length() != 0 {
		t.Error("a page does not lead on to the next")
	}
	if r := h.anybody().get("/help/nodes"); r.location != "/login?next=%2Fhelp%2Fnodes" {
		t.Errorf("a stranger: %d to %q", r.status, r.location)
	}
}

func TestManual_UsesReadersLanguage(t *testing.T) {
	_, b := startServerAs(t, cesi.Viewer, nil)
	german, chinese := b.get("/help", with{"Accept-Language", "de"}).page(t), b.get("/help", with{"Accept-Language", "zh"}).page(t)
	if got := german.Find("main h1").Text(); got != "Manual" {
		t.Errorf("to a German: %q", got)
	}
	if got := chinese.Find("main h1").Text(); got != "手册" {
		t.Errorf("to a Chinese: %q", got)
	}
	page := b.get("/help/nodes", with{"Accept-Language", "zh"}).page(t)
	if lang, _ := page.Find("article").Attr("lang"); lang != "zh-CN" || page.Find("article h1").Text() != "节点" {
		t.Errorf("the page is in %q: %s", lang, page.Find("article h1").Text())
	}
}

func TestManual_UnknownPagesAreNotFound(t *testing.T) {
	_, b := startServerAs(t, cesi.Admin, nil)
	for _, path := range []string{
		"/help/x", "/help/nodes.md", "/help/../x", "/help/..%2Fx", "/help/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/help/en%2Fnodes", "/help/nodes/x",
		"/help/%00", "/help/NODES", "/help/<script>alert(1)</script>",
	} {
		if r := b.get(path); r.status != http.StatusNotFound || strings.Contains(r.body, "<script>alert") {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}
