package pages

import (
	"net/url"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/view/viewtest"

	"github.com/google/go-cmp/cmp"
)

func TestNodesPage_Filter(t *testing.T) {
	for query, want := range map[string][]string{
		"q=PAY":                             {"pay-eu-2"},
		"q=10.2.0.7:":                       {"db-eu-1", "batch-1"},
		"q=%E6%89%B9":                       {"批处理-2"},
		"environment=staging":               {"批处理-2", "new-1", "batch-1", "idle-1"},
		"environment=staging&state=up":      {"batch-1", "idle-1"},
		"state=down":                        {"db-eu-1", "批处理-2"},
		"state=connecting":                  {"new-1"},
		"state=attention":                   {"web-07", "web-14", "pay-eu-2", "db-eu-1", "批处理-2", "batch-1"},
		"q=web-0&state=attention":           {"web-07"},
		"environment=nowhere":               nil,
		"q=staging&environment=staging&x=y": {"批处理-2", "new-1", "batch-1", "idle-1"},
	} {
		t.Run(query, func(t *testing.T) {
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			page := newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.ParseNodesFilter(values), "")
			var got []string
			for _, row := range page.Rows {
				got = append(got, row.Name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", query, diff)
			}
		})
	}
}

func TestNodesPage_Rows(t *testing.T) {
	doc := draw(t, viewtest.Renderer(t, ""), sample{"nodes", "nodes", newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.NodesFilter{}, "")})
	for id, want := range map[string]string{
		"#node-pay-eu-2": "pay-eu-2 production · 10.2.0.8:9001 UP 4 running 1 starting 1 stopping 1 stopped 1 exited " +
			"1 exited unexpectedly 1 unknown 1 backoff 1 fatal supervisord 4.2.5 answered 0.8 s ago in 3 ms",
		"#node-db-eu-1": "db-eu-1 production · 10.2.0.7:9001 UNREACHABLE 2 running supervisord 4.2.5 last answer 02:11:29 Retry now",
		"#node-new-1":   "new-1 staging · 10.2.0.5:9001 CONNECTING no processes",
	} {
		t.Run(id, func(t *testing.T) {
			if got := texts(doc, id); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, want %q", id, got, want)
			}
		})
	}
	failures := texts(doc, ".node-failure")
	if len(failures) != 2 || !strings.Contains(failures[0], "did not answer in time") || !strings.Contains(failures[0], "raise timeout") ||
		!strings.Contains(failures[1], "[inet_http_server]") {
		t.Errorf("the failures read %q", failures)
	}
	if !doc.Find("#node-db-eu-1 .cell-counts").HasClass("stale") {
		t.Error("old numbers look fresh")
	}
	if got := doc.Find("#node-db-eu-1 button").AttrOr("formaction", ""); got != "/nodes/db-eu-1/poll" {
		t.Errorf("Retry goes to %q", got)
	}
}

func TestNodesPage_ShowsFilter(t *testing.T) {
	page := newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.NodesFilter{Text: `a"b`, Environment: "staging", State: "down"}, "")
	doc := draw(t, viewtest.Renderer(t, ""), sample{"nodes", "nodes", page})
	if got := doc.Find("input[name=q]").AttrOr("value", ""); got != `a"b` {
		t.Errorf("text %q", got)
	}
	if got := texts(doc, "option[selected]"); !cmp.Equal(got, []string{"staging", "not answering"}) {
		t.Errorf("chosen %q", got)
	}
	if got := texts(doc, ".empty-note"); !cmp.Equal(got, []string{"No node matches. Show all 60"}) {
		t.Errorf("it says %q", got)
	}
}
