package pages

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// bareFleet has a node without environment.
func bareFleet() *fleet.Snapshot {
	n := fleettest.Node("a", "x")
	n.Environments = nil
	return fleettest.Snapshot(n)
}

func drawEnvironment(t *testing.T, role cesi.Role, s *fleet.Snapshot, name string, page int) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, ""), sample{"environment", "environment", newEnvironmentPage(sampleBase(role), s, name, page)})
}

func TestEnvironmentsPage_ListsEnvironments(t *testing.T) {
	doc := draw(t, viewtest.Renderer(t, ""), sample{"environments", "environments", newEnvironmentsPage(sampleBase(cesi.Viewer), groupFleet(), "")})
	want := []string{"production 2 of 3 nodes · 4 of 6 running · 2 need attention", "staging 1 node · 1 of 2 running"}
	if diff := cmp.Diff(want, texts(doc, ".environment")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	bare := draw(t, viewtest.Renderer(t, ""), sample{"environments", "environments", newEnvironmentsPage(sampleBase(cesi.Viewer), bareFleet(), "/etc/cesi.conf")})
	if got := texts(bare, ".empty .strong"); !cmp.Equal(got, []string{"/etc/cesi.conf"}) {
		t.Errorf("where there is none it names %q", got)
	}
}

func TestEnvironmentPage_ListsNodesAndProcesses(t *testing.T) {
	doc := drawEnvironment(t, cesi.Operator, groupFleet(), "production", 1)
	want := []string{
		"web-1 3 running answered 0.8 s ago in 3 ms ………",
		"web-2 1 running 1 exited 1 fatal answered 0.8 s ago in 3 ms ………",
		"web-3 2 running UNREACHABLE last answer 02:16:29 Retry now",
	}
	if diff := cmp.Diff(want, texts(doc, ".part")); diff != "" {
		t.Errorf("nodes: - want, + got:\n%s", diff)
	}
	if got := doc.Find(".process").Length(); got != 8 {
		t.Errorf("%d processes", got)
	}
	if got := texts(doc, ".process .state"); got[0] != "FATAL" {
		t.Errorf("the first is %s, not the worst", got[0])
	}
	var boxes []string
	doc.Find("tbody input").Each(func(_ int, e *goquery.Selection) { boxes = append(boxes, e.AttrOr("value", "")) })
	if len(boxes) != 8 || boxes[0] != "web-1/*" || boxes[2] != "web-2/api:api_1" {
		t.Errorf("the boxes send %q", boxes)
	}
	if got := doc.Find(".page-actions a").Last().AttrOr("href", ""); got != "/command?action=restart&back=%2Fnodes%3Fq%3Dweb&name=production&scope=environment" {
		t.Errorf("Restart all leads to %q", got)
	}
}

func TestEnvironmentPage_ViewerSeesNoControls(t *testing.T) {
	doc := drawEnvironment(t, cesi.Viewer, groupFleet(), "production", 1)
	if n := doc.Find(".cell-actions a, .page-actions, .selection-bar, tbody input").Length(); n != 0 {
		t.Errorf("%d things that a viewer may not do", n)
	}
}

func TestEnvironmentPage_Pages(t *testing.T) {
	doc := drawEnvironment(t, cesi.Viewer, manySamples(150, 2), "production", 2)
	if parts, rows := doc.Find(".part").Length(), doc.Find(".process").Length(); parts != 50 || rows != request.PageRows {
		t.Errorf("%d nodes and %d processes", parts, rows)
	}
	if got := doc.Find(".panel-link").AttrOr("href", "") + " " + doc.Find(".pager a").First().AttrOr("href", ""); got != "/processes?environment=production&sort=state /environments/production" {
		t.Errorf("the rest is at %q", got)
	}
}
