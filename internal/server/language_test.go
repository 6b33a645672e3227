package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestLanguage_UserThenConfigThenBrowser(t *testing.T) {
	_, nodes := fakeNode(t)
	h, viewer := startServerAs(t, cesi.Viewer, nodes)
	chinese := with{"Accept-Language", "zh-CN,zh;q=0.9"}
	language := func(headers ...with) string {
		return viewer.get("/", headers...).page(t).Find("html").AttrOr("lang", "")
	}
	if got := language(); got != "en" {
		t.Errorf("nobody says anything: %s", got)
	}
	if got := language(chinese); got != "zh-CN" {
		t.Errorf("the browser asks for Chinese: %s", got)
	}
	settings := h.settings
	settings.Pages.Language = "en"
	h.Apply(settings)
	if got := language(chinese); got != "en" {
		t.Errorf("the configuration says English: %s", got)
	}
	if got := viewer.post("/profile/preferences", url.Values{"language": {"zh-CN"}}); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	doc := viewer.get("/").page(t)
	if got := doc.Find("html").AttrOr("lang", ""); got != "zh-CN" {
		t.Errorf("the user wants Chinese: %s", got)
	}
	if got := doc.Find("#attention-heading").Text(); got != "需要关注" {
		t.Errorf("the heading is %q", got)
	}
}

func TestColourScheme_UsersChoice(t *testing.T) {
	_, nodes := fakeNode(t)
	_, viewer := startServerAs(t, cesi.Viewer, nodes)
	for scheme, want := range map[string]string{"": "light dark", "light": "light", "dark": "dark"} {
		t.Run(scheme, func(t *testing.T) {
			viewer.post("/profile/preferences", url.Values{"scheme": {scheme}})
			if got := viewer.get("/").page(t).Find(`meta[name="color-scheme"]`).AttrOr("content", ""); got != want {
				t.Errorf("%q: the page is %s", scheme, got)
			}
		})
	}
	if got := viewer.post("/profile/preferences", url.Values{"scheme": {"plaid"}}); got.status != http.StatusBadRequest {
		t.Errorf("a scheme that there is not: %d", got.status)
	}
}

func TestErrors_PagesTranslatedAPIEnglish(t *testing.T) {
	_, nodes := fakeNode(t)
	_, viewer := startServerAs(t, cesi.Viewer, nodes)
	chinese := with{"Accept-Language", "zh-CN"}
	page := viewer.get("/nodes/nowhere", chinese).page(t)
	if got := []string{page.Find(".error > h1").Text(), page.Find(".error > p > bdi").Text()}; !cmp.Equal(got, []string{"未找到", `没有节点 "nowhere"`}) {
		t.Errorf("the page says %q", got)
	}
	if got := viewer.get("/api/v2/nodes/nowhere", chinese); !strings.Contains(got.body, `there is no node`) {
		t.Errorf("the API says %s", got.body)
	}
}
