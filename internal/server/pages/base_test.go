package pages

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"
	"cesi/web"

	"github.com/google/go-cmp/cmp"
)

func TestBase_StyleSheetsOfThemes(t *testing.T) {
	r := viewtest.Renderer(t, "")
	for theme, want := range map[string][]string{
		"":          {"vendor/bootstrap.min.css", "app.css", "dark.css (prefers-color-scheme: dark)"},
		"flatly":    {"vendor/themes/flatly.css", "app.css"},
		"superhero": {"vendor/themes/superhero.css", "app.css", "dark.css"},
	} {
		t.Run(theme, func(t *testing.T) {
			base := sampleBase(cesi.Viewer)
			base.Theme = theme
			doc := draw(t, r, sample{"error", "error", NewErrorPage(base, 404, cesi.Text{}, "")})
			paths := web.StaticPaths()
			var got []string
			for _, n := range doc.Find("link[rel=stylesheet]").Nodes {
				for name, path := range paths {
					if path == attribute(n, "href") {
						got = append(got, strings.TrimSpace(name+" "+attribute(n, "media")))
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q: - want, + got:\n%s", theme, diff)
			}
		})
	}
}

func TestBase_DarkThemes(t *testing.T) {
	h := web.Handler()
	for name, path := range web.StaticPaths() {
		theme, found := strings.CutPrefix(name, "vendor/themes/")
		if !found {
			continue
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		dark := strings.Contains(w.Body.String(), ";color-scheme:dark}")
		base := view.Base{Theme: strings.TrimSuffix(theme, ".css")}
		if base.Dark() != dark {
			t.Errorf("%s: dark %v, but its style sheet says %v", base.Theme, base.Dark(), dark)
		}
	}
}

func TestFlash_ResultOfCommand(t *testing.T) {
	ref := fleet.Ref{Node: "web-1", ProcessID: cesi.ProcessID{Group: "api", Name: "a\u202eb"}}
	one := func(action cesi.Action, result cesi.Result, message string) fleet.Report {
		return fleet.Report{Action: action, Done: true, Result: result, Message: cesi.Raw(message),
			Outcomes: []fleet.Outcome{{Ref: ref, Result: result, Message: cesi.Raw(message)}}}
	}
	for _, c := range []struct {
		report   fleet.Report
		tone     view.Tone
		sentence string
	}{
		{one(cesi.ActionStop, cesi.OK, ""), "running", "api:a\u202eb on web-1 is stopped."},
		{one(cesi.ActionRestart, cesi.OK, ""), "running", "api:a\u202eb on web-1 is restarted."},
		{one(cesi.ActionStart, cesi.Failed, "no file"), "bad", "api:a\u202eb on web-1 was not started: no file"},
		{one(cesi.ActionStop, cesi.UnknownEnd, "It took too long."), "warning", "api:a\u202eb on web-1: how the stop ended is not known. It took too long."},
		{one(cesi.ActionStop, cesi.Skipped, "it does not run"), "idle", "api:a\u202eb on web-1 was skipped: it does not run"},
		{fleet.Report{Action: cesi.ActionRestart, Result: cesi.Pending}, "moving", "The restart is still under way; it goes on whether or not you wait."},
		{fleet.Report{Action: cesi.ActionStop, Done: true, Result: cesi.OK, Message: cesi.Raw("there was nothing to do"), Duration: time.Second}, "running", "Stop: there was nothing to do (1.0 s)."},
		{*sampleReport(), "warning", "Restart: 1 ok, 1 failed, 1 skipped (4.1 s)."},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			f := view.NewFlash(c.report, 0)
			if f.Tone != c.tone || f.Sentence.String() != c.sentence {
				t.Errorf("%s: %q, want %s: %q", f.Tone, f.Sentence, c.tone, c.sentence)
			}
		})
	}
}

func TestFlash_CommandOnManyListsTargets(t *testing.T) {
	base := sampleBase(cesi.Operator)
	base.Report, base.Here = sampleReport(), "/nodes/pay-eu-2"
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"node", "node", newNodePage(base, payNode(), 1)})
	want := []string{
		"failed payments:worker_03 on pay-eu-2 can't find command '/srv/pay/bin/worker'",
		"ok payments:worker_01 on pay-eu-2",
		"skipped payments:worker_05 on pay-eu-2 it does not run (STOPPED)",
	}
	if diff := cmp.Diff(want, texts(doc, ".outcomes tbody tr")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if doc.Find(".flash details[open]").Length() != 1 {
		t.Error("failures are folded away")
	}
	if got := doc.Find(".flash .icon-button").AttrOr("href", ""); got != "/cesi/nodes/pay-eu-2" {
		t.Errorf("it is dismissed to %q", got)
	}
}

func TestConfigBanner_NamesFileAndLine(t *testing.T) {
	b := newConfigBanner(errors.New("open cesi.conf: permission denied"))
	if diff := cmp.Diff([]string{"open cesi.conf: permission denied"}, b.Details); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestNavigation_MarksCurrentPage(t *testing.T) {
	r := viewtest.Renderer(t, "")
	for _, c := range []struct {
		s    sample
		want string
	}{
		{sample{"", "dashboard", newDashboardPage(sampleBase(cesi.Viewer), sampleFleet(), dashboardOptions{})}, "Dashboard"},
		{sample{"", "node", newNodePage(sampleBase(cesi.Viewer), payNode(), 1)}, "Nodes"},
		{sample{"", "activity", newActivityPage(sampleBase(cesi.Viewer), request.ActivityQuery{}, nil, false)}, "Activity"},
		{sample{"", "about", newAboutPage(sampleBase(cesi.Viewer), aboutFacts{Started: fleettest.Now}, sampleFleet())}, "About"},
	} {
		got := texts(draw(t, r, c.s), "[aria-current=page]") // in the bar and in a phone's menu
		if got = slices.Compact(got); !cmp.Equal(got, []string{c.want}) {
			t.Errorf("marked: %q, want %q", got, c.want)
		}
	}
}
