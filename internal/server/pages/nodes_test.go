package pages

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
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
			q, err := request.ParseNodesQuery(values)
			if err != nil {
				t.Fatal(err)
			}
			page := newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), q, "")
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
	doc := draw(t, viewtest.Renderer(t, ""), sample{"nodes", "nodes", newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.NodesQuery{Page: 1}, "")})
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
	page := newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.NodesQuery{Text: `a"b`, Environment: "staging", State: "down", Page: 1}, "")
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

func drawNodes(t *testing.T, s *fleet.Snapshot, query string) *goquery.Document {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	q, err := request.ParseNodesQuery(values)
	if err != nil {
		t.Fatal(err)
	}
	return draw(t, viewtest.Renderer(t, "/cesi"), sample{"nodes", "nodes", newNodesPage(sampleBase(cesi.Viewer), s, q, "")})
}

func TestNodesPage_Pages(t *testing.T) {
	s := manySamples(1000, 1)
	for query, want := range map[string]string{
		"":                        "1000 nodes, node-0000 to node-0099, Page 1 of 10",
		"page=2":                  "1000 nodes, node-0100 to node-0199, Page 2 of 10",
		"page=77":                 "1000 nodes, node-0900 to node-0999, Page 10 of 10",
		"q=node-01&page=1":        "100 of 1000 nodes, node-0100 to node-0199, ",
		"q=node-01&page=2":        "100 of 1000 nodes, node-0100 to node-0199, ",
		"state=up&q=-00&page=9":   "100 of 1000 nodes, node-0000 to node-0099, ",
		"environment=no&page=3":   "0 of 1000 nodes,  to , ",
		"environment=production&": "1000 of 1000 nodes, node-0000 to node-0099, Page 1 of 10",
	} {
		t.Run(query, func(t *testing.T) {
			doc := drawNodes(t, s, query)
			names := doc.Find("tbody tr .name-link")
			got := fmt.Sprintf("%s, %s to %s, %s", strings.ReplaceAll(strings.Join(texts(doc, "#found"), ""), ",", ""),
				names.First().Text(), names.Last().Text(), strings.Join(texts(doc, ".pager .dim"), ""))
			if got != want {
				t.Errorf("it shows %q, want %q", got, want)
			}
		})
	}
}

func TestNodesPage_LinksKeepFilter(t *testing.T) {
	doc := drawNodes(t, manySamples(500, 1), "q=node&environment=production&state=up&page=3")
	links := make(map[string]string)
	doc.Find(".pager a").Each(func(_ int, e *goquery.Selection) { links[strings.TrimSpace(e.Text())] = e.AttrOr("href", "") })
	want := map[string]string{
		"First":    "/cesi/nodes?environment=production&q=node&state=up",
		"Previous": "/cesi/nodes?environment=production&page=2&q=node&state=up",
		"Next":     "/cesi/nodes?environment=production&page=4&q=node&state=up",
		"Last":     "/cesi/nodes?environment=production&page=5&q=node&state=up",
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if doc.Find("#result[data-live] .pager").Length() != 1 {
		t.Error("the pager is not in a live region, so it would not follow the number of nodes")
	}
	if doc.Find("form[data-filter] [name=page]").Length() != 0 {
		t.Error("another filter would not lead to its first page")
	}
}

// mostlyRunning is a fleet in which every seventh process is in another state, by the node,
// and every twentieth node does not answer.
func mostlyRunning(nodes, processes int) *fleet.Snapshot {
	states := cesi.States()
	list := make([]*fleet.Node, nodes)
	for i := range list {
		var all []fleet.Process
		for j := range processes {
			state := cesi.Running
			if j%7 == 0 {
				state = states[i%len(states)]
			}
			all = append(all, fleettest.Process(fmt.Sprintf("group_%02d", j/10), fmt.Sprintf("worker_%02d", j), state, time.Duration(i*j)*time.Minute))
		}
		list[i] = fleettest.Node(fmt.Sprintf("node-%04d", i), "production", all...)
		if i%20 == 0 {
			list[i] = fleettest.Silenced(list[i], cesi.CauseTimeout, "It took the connection, but did not answer in time: supervisord may be stuck or overloaded.", time.Hour)
		}
	}
	return fleettest.Snapshot(list...)
}

func TestNodesPage_ThousandNodesAreLight(t *testing.T) {
	const most = 120_000 // bytes, not compressed
	page := newNodesPage(sampleBase(cesi.Admin), mostlyRunning(1000, 50), request.NodesQuery{Page: 1}, "")
	size := render(t, viewtest.Renderer(t, "/cesi"), sample{"nodes", "nodes", page}).Len()
	t.Logf("a page of 1,000 nodes with 50,000 processes has %d bytes", size)
	if size >= most {
		t.Errorf("%d bytes, want fewer than %d", size, most)
	}
}

func TestNodesPage_CountsAreReadOnce(t *testing.T) {
	doc := draw(t, viewtest.Renderer(t, ""), sample{"nodes", "nodes", newNodesPage(sampleBase(cesi.Viewer), sampleFleet(), request.NodesQuery{Page: 1}, "")})
	if bar := doc.Find("#node-web-07 svg.bar"); bar.AttrOr("aria-hidden", "") != "true" || bar.AttrOr("aria-label", "") != "" {
		t.Error("a screen reader reads the counts twice: of the bar, and of the words next to it")
	}
}
