package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// texts returns the texts of the selected elements, with white space folded.
func texts(doc *goquery.Document, selector string) []string {
	var list []string
	doc.Find(selector).Each(func(_ int, e *goquery.Selection) {
		seen := e.Clone()
		seen.Find("svg title").Remove() // shows on hovering only
		list = append(list, strings.Join(strings.Fields(seen.Text()), " "))
	})
	return list
}

func drawDashboard(t *testing.T, role cesi.Role, s *fleet.Snapshot, opts dashboardOptions) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, "/cesi"), sample{"dashboard", "dashboard", newDashboardPage(sampleBase(role), s, opts)})
}

func TestDashboard_Counts(t *testing.T) {
	doc := drawDashboard(t, cesi.Operator, sampleFleet(), dashboardOptions{})
	want := []string{
		"57 of 60 nodes answering · 1 connecting",
		"814 of 847 processes running · 2 more not known",
		"9 need attention",
		"18 stopped or exited · as expected",
	}
	if diff := cmp.Diff(want, texts(doc, ".tile")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := doc.Find("title").Text(); got != "(9) Dashboard · CeSI" {
		t.Errorf("title %q", got)
	}
}

func TestDashboard_AttentionLinksToStderr(t *testing.T) {
	worker := fleettest.Process("api", "a", cesi.Fatal, time.Minute)
	worker.StdoutLogfile, worker.StderrLogfile = "/log/a.out", "/log/a.err"
	joined := fleettest.Process("api", "b", cesi.Fatal, time.Minute)
	joined.StdoutLogfile = "/log/b.out"
	node := fleettest.Node("web-1", "production", worker, joined)
	node.Processes[0], node.Processes[1] = worker, joined
	fleet := fleettest.Snapshot(node)
	want := []string{"/cesi/nodes/web-1/processes/api:a/log/stderr", "/cesi/nodes/web-1/processes/api:b/log/stdout"}
	for role, want := range map[cesi.Role][]string{cesi.Operator: want, cesi.LogReader: want, cesi.Viewer: nil} {
		for place, doc := range map[string]*goquery.Document{
			".trouble-actions a": drawDashboard(t, role, fleet, dashboardOptions{}),
			".process .log-link": drawProcesses(t, role, fleet, ""),
		} {
			var got []string
			for _, a := range doc.Find(place).Nodes {
				got = append(got, attribute(a, "href"))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s for %s: - want, + got:\n%s", place, role, diff)
			}
		}
	}
}

func TestDashboard_AttentionWorstFirst(t *testing.T) {
	doc := drawDashboard(t, cesi.Operator, sampleFleet(), dashboardOptions{})
	want := []string{
		"FATAL payments:worker_03 on pay-eu-2 can't find command '/srv/pay/bin/worker' 2 min Restart Log",
		"FATAL api:worker_03 on web-07 can't find command '/srv/pay/bin/worker' 11 min Restart Log",
		"UNREACHABLE db-eu-1 timeout; last answer 02:11:29 6 min Retry now",
		"UNAUTHORIZED 批处理-2 unauthorized; it never answered 1 h Retry now",
		"BACKOFF mail:mail on pay-eu-2 Exited too quickly (process log may have details) 40 s Restart Log",
		"BACKOFF api:worker_05 on web-14 Exited too quickly (process log may have details) 40 s Restart Log",
		"EXITED report:nightly on batch-1 exit status 3 (not expected) 1 h Restart Log",
		"EXITED job:import on pay-eu-2 exit status 3 (not expected) 1 h 10 min Restart Log",
		"UNKNOWN beat:beat on pay-eu-2 supervisord does not know its state 1 h Restart Log",
	}
	if diff := cmp.Diff(want, texts(doc, ".trouble")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	restart := doc.Find(`#trouble-pay-eu-2\/payments\:worker_03 button`)
	if got := restart.AttrOr("formaction", ""); got != "/cesi/nodes/pay-eu-2/processes/payments:worker_03/restart" {
		t.Errorf("Restart goes to %q", got)
	}
	if got := doc.Find("form#act").AttrOr("method", "") + restart.AttrOr("form", ""); got != "postact" {
		t.Errorf("Restart belongs to %q", got)
	}
	if got := doc.Find("form#act input[name=back]").AttrOr("value", ""); got != "/nodes?q=web" {
		t.Errorf("it leads back to %q", got)
	}
}

func TestDashboard_ButtonsOfRole(t *testing.T) {
	for _, role := range cesi.Roles() {
		doc := drawDashboard(t, role, sampleFleet(), dashboardOptions{})
		restarts := doc.Find(`[formaction$="/restart"]`).Length()
		if allowed := role.Can(cesi.ControlProcesses); allowed != (restarts > 0) {
			t.Errorf("%s sees %d restarts", role, restarts)
		}
	}
}

func TestDashboard_AttentionShowsFirstRows(t *testing.T) {
	var list []fleet.Process
	for i := range 20 {
		list = append(list, fleettest.Process("api", fmt.Sprint(i), cesi.Fatal, time.Minute))
	}
	s := fleettest.Snapshot(fleettest.Node("web-1", "production", list...))
	doc := drawDashboard(t, cesi.Viewer, s, dashboardOptions{})
	if got := doc.Find(".trouble").Length(); got != troublesShown {
		t.Errorf("%d shown", got)
	}
	if got := texts(doc, "#attention .panel-link"); !cmp.Equal(got, []string{"all 20"}) {
		t.Errorf("the link says %q", got)
	}
	doc = drawDashboard(t, cesi.Viewer, s, dashboardOptions{AllTroubles: true})
	if got := doc.Find(".trouble").Length(); got != 20 {
		t.Errorf("%d shown of all", got)
	}
}

func TestDashboard_HealthyFleet(t *testing.T) {
	s := fleettest.Snapshot(fleettest.Node("web-1", "production", fleettest.Process("api", "api", cesi.Running, time.Hour)))
	doc := drawDashboard(t, cesi.Admin, s, dashboardOptions{})
	if got := doc.Find(".trouble, .text-bad, .text-warning, .state-bad, .sq-bad").Length(); got != 0 {
		t.Errorf("%d things cry", got)
	}
	if got := texts(doc, ".all-well"); len(got) != 1 || !strings.HasPrefix(got[0], "Nothing.") {
		t.Errorf("got %q", got)
	}
}

func TestDashboard_WithoutNodesSaysHowToAddOne(t *testing.T) {
	doc := drawDashboard(t, cesi.Admin, fleettest.Snapshot(), dashboardOptions{ConfigFile: "/etc/cesi.conf"})
	text := doc.Find(".empty").Text()
	for _, want := range []string{"/etc/cesi.conf", "[node:web1]", "host = ", "port = 9001", "[inet_http_server]", "port = 10.0.0.11:9001"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if doc.Find(".tile, .map").Length() != 0 {
		t.Error("an empty fleet is drawn")
	}
}

func TestDashboard_ConnectingBeforeFirstReply(t *testing.T) {
	n := fleettest.Node("web-1", "production")
	n.Status = fleet.Connecting
	doc := drawDashboard(t, cesi.Viewer, fleettest.Snapshot(n), dashboardOptions{})
	if got := texts(doc, ".flash-moving"); len(got) != 1 || !strings.HasPrefix(got[0], "Connecting") {
		t.Errorf("got %q", got)
	}
	if got := texts(doc, ".all-well"); !cmp.Equal(got, []string{"Nothing so far."}) {
		t.Errorf("it claims %q", got)
	}
}

func TestDashboard_EnvironmentSummaries(t *testing.T) {
	doc := drawDashboard(t, cesi.Viewer, sampleFleet(), dashboardOptions{})
	want := []string{
		"production 55 of 56 nodes · 814 of 845 running · 7 need attention",
		"staging 2 of 4 nodes · 0 of 2 running · 2 need attention",
	}
	if diff := cmp.Diff(want, texts(doc, ".environment")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := doc.Find(".environment a").First().AttrOr("href", ""); got != "/cesi/environments/production" {
		t.Errorf("it links to %q", got)
	}
}
