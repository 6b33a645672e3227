package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/api"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
)

// startWanted runs a server over n with g:p, which was stopped for a restart and
// is down, g:q, which runs, and g:r, which was stopped for good.
func startWanted(t *testing.T) (*harness, *browser) {
	t.Helper()
	n := supervisortest.StartFleet(t).Add("n",
		fakeProcess("g", "p", cesi.Stopped), fakeProcess("g", "q", cesi.Running), fakeProcess("g", "r", cesi.Stopped))
	node := n.Node()
	node.Environments = []string{"prod"}
	return startServerAs(t, cesi.Admin, []cesi.Node{node}, func(s *setup) {
		s.fleet.Environments = []cesi.Environment{{Name: "prod", Members: []string{"n"}}}
		s.wanted = []cesi.Wanted{{Node: "n", ProcessID: cesi.ProcessID{Group: "g", Name: "p"}, Since: time.Now().Add(-time.Hour), By: "maria", Started: 1}}
	})
}

// TestNotStarted_OnEveryPage visits the pages that show a process that is wanted but down.
func TestNotStarted_OnEveryPage(t *testing.T) {
	_, admin := startWanted(t)
	const why = "maria stopped it to start it again: CeSI ended in the middle of the restart"
	row := func(selector string) func(*goquery.Document) string {
		return func(doc *goquery.Document) string { return doc.Find(selector).Text() }
	}
	square := func(doc *goquery.Document) string { return doc.Find("a.sq-bad").AttrOr("title", "") }
	inRow := row(`tr.process:contains("g:p")`)
	for _, test := range []struct {
		name, path string
		text       func(*goquery.Document) string
		want       []string
	}{
		{"tile", "/", row(`.tile:contains("need attention")`), []string{"1"}},
		{"tile of all", "/", func(d *goquery.Document) string {
			return d.Find(`.tile:contains("processes running") [aria-label]`).AttrOr("aria-label", "")
		}, []string{"1 not started"}},
		{"needs attention", "/", row(".trouble"), []string{"NOT STARTED", "g:p", why, "Restart"}},
		{"fleet map", "/", square, []string{"g:p NOT STARTED: " + why}},
		{"nodes", "/nodes", row("main"), []string{"1 not started"}},
		{"node page", "/nodes/n", inRow, []string{"NOT STARTED", why}},
		{"group heading of the node", "/nodes/n", row(".group-heading"), []string{"1 NOT STARTED"}},
		{"processes", "/processes", inRow, []string{"NOT STARTED", why}},
		{"chip", "/processes", row("main .chips, main .chip"), []string{"NOT STARTED"}},
		{"filter", "/processes?state=NOT+STARTED", row("main tr.process"), []string{"g:p", "NOT STARTED"}},
		{"attention filter", "/processes?attention=yes", row("main tr.process"), []string{"g:p", "NOT STARTED"}},
		{"process page", "/nodes/n/processes/g:p", row("main"), []string{"NOT STARTED", why}},
		{"groups", "/groups", row("main"), []string{"1 not started"}},
		{"group", "/groups/g", row("main"), []string{"1 not started"}},
		{"group in an environment", "/groups/g?environment=prod", row("main"), []string{"1 not started"}},
		{"environments", "/environments", row("main"), []string{"1 of 3 running", "1 needs attention"}},
		{"environment", "/environments/prod", row("main"), []string{"1 not started"}},
		{"supervisord", "/nodes/n/daemon", row(".daemon-group"), []string{"1 NOT STARTED"}},
		{"question", "/nodes/n/confirm?action=restart", row("main"), []string{"g:p"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := admin.get(test.path)
			text := strings.Join(strings.Fields(test.text(got.page(t))), " ")
			for _, want := range test.want {
				if got.status != http.StatusOK || !strings.Contains(text, want) {
					t.Errorf("%s: %d %q lacks %q", test.name, got.status, text, want)
				}
			}
		})
	}
	palette := admin.get("/palette?q=g:p").page(t)
	if text := palette.Find(`.palette-item:contains("p") .state`).First().Text(); !strings.Contains(text, "NOT STARTED") {
		t.Errorf("palette: %q", text)
	}
}

func TestNotStarted_InTheAPI(t *testing.T) {
	_, admin := startWanted(t)
	var one struct {
		Process api.ProcessJSON `json:"process"`
	}
	admin.get("/api/v2/nodes/n/processes/g:p").json(t, &one)
	if p := one.Process; !p.Wanted || p.StateName != "STOPPED" || p.NotStarted != "CeSI ended in the middle of the restart" {
		t.Errorf("%+v", p)
	}
	for _, path := range []string{"/api/v2/processes?state=NOT+STARTED", "/api/v2/processes?attention=yes"} {
		var list struct {
			Processes []api.ProcessJSON `json:"processes"`
		}
		admin.get(path).json(t, &list)
		if len(list.Processes) != 1 || list.Processes[0].Name != "p" || !list.Processes[0].Wanted {
			t.Errorf("%s: %+v", path, list.Processes)
		}
	}
}

func TestNotStarted_InChinese(t *testing.T) {
	_, admin := startWanted(t)
	admin.post("/profile/preferences", url.Values{"language": {"zh-CN"}})
	for path, want := range map[string]string{
		"/":                      "maria 为重新启动而停止了它：CeSI 在重启途中结束了",
		"/nodes/n":               "CeSI 在重启途中结束了",
		"/nodes/n/processes/g:p": "CeSI 在重启途中结束了",
		"/groups":                "1 个未启动",
	} {
		t.Run(path, func(t *testing.T) {
			text := admin.get(path).page(t).Find("main").Text()
			if !strings.Contains(text, want) || strings.Contains(text, "in the middle of") || strings.Contains(text, "not started") {
				t.Errorf("%s: %q is not there, or English is: %.1500q", path, want, strings.Join(strings.Fields(text), " "))
			}
		})
	}
}
