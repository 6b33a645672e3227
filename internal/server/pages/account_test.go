package pages

import (
	"net/http"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func TestLoginPage_Form(t *testing.T) {
	base := sampleBase(cesi.Admin)
	base.User = nil
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"login", "login", newLoginPage(base, "lin", "/nodes?q=a&b", cesi.Raw("Wrong username or password."))})
	form := doc.Find("main form")
	if got := form.AttrOr("method", "") + " " + form.AttrOr("action", ""); got != "post /cesi/login" {
		t.Errorf("it goes to %q", got)
	}
	got := make(map[string]string)
	form.Find("input").Each(func(_ int, e *goquery.Selection) { got[e.AttrOr("name", "")] = e.AttrOr("value", "") })
	want := map[string]string{"username": "lin", "password": "", "next": "/nodes?q=a&b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := texts(doc, "[role=alert]"); !cmp.Equal(got, []string{"Wrong username or password."}) {
		t.Errorf("it says %q", got)
	}
	if doc.Find("nav, .user-menu, #act").Length() != 0 {
		t.Error("somebody who is not logged in sees the navigation")
	}
}

func TestProfilePage_ForcedPasswordChangeHasNoOtherLinks(t *testing.T) {
	base := sampleBase(cesi.Admin)
	base.User = &cesi.User{Name: "admin", MustChange: true}
	base.Banners = []view.Banner{newAuditBanner()}
	doc := draw(t, viewtest.Renderer(t, ""), sample{"profile", "profile", newProfilePage(base, profileFacts{}, nil, "", nil)})
	var links []string
	doc.Find("a:not(.skip-link), form").Each(func(_ int, e *goquery.Selection) {
		links = append(links, e.AttrOr("href", e.AttrOr("action", "")))
	})
	if diff := cmp.Diff([]string{"/", "/profile", "/logout", "/profile/password"}, links); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := strings.Join(texts(doc, ".remark-warning"), ""); !strings.Contains(got, "Choose your own") {
		t.Errorf("it says %q", got)
	}
}

func TestProfilePage_ListsPermissionsOfRole(t *testing.T) {
	for role, want := range map[cesi.Role]int{cesi.Admin: 5, cesi.Operator: 3, cesi.LogReader: 2, cesi.Viewer: 1} {
		doc := draw(t, viewtest.Renderer(t, ""), sample{"profile", "profile", newProfilePage(sampleBase(role), profileFacts{}, nil, "", nil)})
		if got := doc.Find(".allowances .yes").Length(); got != want {
			t.Errorf("%s: %d allowed", role, got)
		}
		fields := []string{"current", "new", "repeat"}
		for _, name := range fields {
			if doc.Find("input[type=password][name="+name+"]").Length() != 1 {
				t.Errorf("no field %s", name)
			}
		}
	}
}

func TestAboutPage_OnlyAdminsSeeBannersAndPaths(t *testing.T) {
	for _, role := range cesi.Roles() {
		base := sampleBase(role)
		base.Banners = []view.Banner{newAuditBanner()}
		facts := aboutFacts{ConfigFile: "/etc/cesi.conf", Database: "/var/lib/cesi.db", Started: fleettest.Now}
		doc := draw(t, viewtest.Renderer(t, ""), sample{"about", "about", newAboutPage(base, facts, sampleFleet())})
		text := doc.Text()
		shown := strings.Contains(text, "/var/lib/cesi.db") && strings.Contains(text, "activity log can't be written")
		hidden := !strings.Contains(text, "cesi.db") && !strings.Contains(text, "cesi.conf") && !strings.Contains(text, "can't be written")
		if role == cesi.Admin && !shown || role != cesi.Admin && !hidden {
			t.Errorf("%s: shown %v, hidden %v", role, shown, hidden)
		}
	}
}

func TestAboutPage_CountsVersions(t *testing.T) {
	s := sampleFleet()
	s.Nodes[0].Supervisor.Version = "3.4.0"
	want := []versionCount{{"4.2.5", "3.0", 57}, {"3.4.0", "3.0", 1}}
	if diff := cmp.Diff(want, countVersions(s)); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestErrorPage_AdviceForEachStatus(t *testing.T) {
	r := viewtest.Renderer(t, "/cesi")
	for _, status := range []int{400, 401, 403, 404, 405, 409, 422, 429, 500, 502, 504, 418} {
		page := NewErrorPage(sampleBase(cesi.Viewer), status, cesi.Raw("it is so"), "")
		doc := draw(t, r, sample{"error", "error", page})
		if page.Heading == "" || page.Advice.ID == "" || !strings.Contains(doc.Find("main").Text(), "It is so") {
			t.Errorf("%d: %q, %q", status, page.Heading, page.Advice)
		}
	}
	doc := draw(t, r, sample{"error", "error", NewErrorPage(sampleBase(cesi.Viewer), http.StatusNotFound, cesi.Raw("no such process"), "web/1")})
	if got := doc.Find("main .btn-primary").AttrOr("href", ""); got != "/cesi/nodes/web%2F1" {
		t.Errorf("it offers %q", got)
	}
}
