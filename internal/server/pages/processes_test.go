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

// sampleQuery reads a query that is right.
func sampleQuery(text string) request.ProcessesQuery {
	values, err := url.ParseQuery(text)
	if err != nil {
		panic(err)
	}
	q, err := request.ParseProcessesQuery(values)
	if err != nil {
		panic(err)
	}
	return q
}

func drawProcesses(t *testing.T, role cesi.Role, s *fleet.Snapshot, query string) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, "/cesi"), sample{"processes", "processes", newProcessesPage(sampleBase(role), s, sampleQuery(query), "")})
}

func TestProcessesQuery_RoundTrip(t *testing.T) {
	for _, text := range []string{
		"", "q=a+b", "node=n&environment=e&group=g&q=x", "state=FATAL&state=EXITED&attention=no", "attention=yes&sort=-uptime&page=3", "sort=node",
	} {
		want, err := url.ParseQuery(text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, sampleQuery(text).Values()); diff != "" {
			t.Errorf("%q: - want, + got:\n%s", text, diff)
		}
	}
}

func TestProcessesPage_Rows(t *testing.T) {
	doc := drawProcesses(t, cesi.Viewer, fleettest.Scopes(), "group=api&sort=node")
	want := []string{
		"api:api_0 can't find command '/srv/pay/bin/worker' · 1 h ago web-1 production FATAL",
		"api:api_1 web-1 production RUNNING up 1 h",
		"api:api_0 as of 02:16:29; the node does not answer web-2 production RUNNING up 1 h",
		"api:api_1 as of 02:16:29; the node does not answer web-2 production RUNNING up 1 h",
		"api:api_1 can't find command '/srv/pay/bin/worker' · 1 h ago 批处理 staging FATAL",
	}
	if diff := cmp.Diff(want, texts(doc, "tbody tr")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if doc.Find("tr.stale").Length() != 2 {
		t.Error("what is old looks fresh")
	}
	if got := texts(doc, "#found"); !cmp.Equal(got, []string{"5 of 6 processes"}) {
		t.Errorf("it counts %q", got)
	}
	if doc.Find("tbody input, .selection-bar, .cell-actions button").Length() > 0 {
		t.Error("a viewer is offered what it may not do")
	}
}

func TestProcessesPage_ChipCounts(t *testing.T) {
	want := []string{"needs attention 2", "RUNNING 1", "FATAL 2"}
	for _, query := range []string{"group=api", "group=api&state=RUNNING", "group=api&attention=yes"} {
		if diff := cmp.Diff(want, texts(drawProcesses(t, cesi.Viewer, fleettest.Scopes(), query), ".chip")); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", query, diff)
		}
	}
	doc := drawProcesses(t, cesi.Viewer, fleettest.Scopes(), "state=RUNNING&state=BACKOFF&attention=no")
	if diff := cmp.Diff([]string{"as expected 2", "RUNNING 1", "BACKOFF 0"}, texts(doc, ".chip:has([checked])")); diff != "" {
		t.Errorf("chosen: - want, + got:\n%s", diff)
	}
}

func TestProcessesPage_CheckboxSendsTarget(t *testing.T) {
	doc := drawProcesses(t, cesi.Operator, fleettest.Scopes(), "sort=-node&state=FATAL&state=STOPPED")
	var got []string
	doc.Find("tbody input").Each(func(_ int, e *goquery.Selection) {
		got = append(got, e.AttrOr("form", "")+" "+e.AttrOr("name", "")+"="+e.AttrOr("value", ""))
	})
	want := []string{"selection target=批处理/api:api_1", "selection target=批处理/工人:a b/c", "selection target=web-1/api:api_0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	form := doc.Find("form#selection")
	if got := form.AttrOr("method", "") + " " + form.AttrOr("action", ""); got != "post /cesi/command" {
		t.Errorf("it goes to %q", got)
	}
}

func TestProcessesPage_AllMatchingSendsFilter(t *testing.T) {
	doc := drawProcesses(t, cesi.Operator, manySamples(3, 80), "q=worker&state=RUNNING&environment=production&page=2")
	fields := make(url.Values)
	doc.Find("form#selection input").Each(func(_ int, e *goquery.Selection) { fields.Add(e.AttrOr("name", ""), e.AttrOr("value", "")) })
	s, err := request.ParseScope(fields)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Resolve(manySamples(3, 80))
	if err != nil || len(a.Targets) != 240 {
		t.Errorf("it comes to %d targets, %v", len(a.Targets), err)
	}
	if got := texts(doc, ".select-matching"); !cmp.Equal(got, []string{"all 240 that match"}) {
		t.Errorf("it says %q", got)
	}
}

func TestProcessesPage_LinksKeepFilter(t *testing.T) {
	doc := drawProcesses(t, cesi.Viewer, manySamples(10, 50), "q=worker&page=3&sort=-node")
	links := make(map[string]string)
	doc.Find(".pager a, th a").Each(func(_ int, e *goquery.Selection) { links[strings.TrimSpace(e.Text())] = e.AttrOr("href", "") })
	want := map[string]string{
		"First": "/cesi/processes?q=worker&sort=-node", "Previous": "/cesi/processes?page=2&q=worker&sort=-node",
		"Next": "/cesi/processes?page=4&q=worker&sort=-node", "Last": "/cesi/processes?page=5&q=worker&sort=-node",
		"Process": "/cesi/processes?q=worker", "Node": "/cesi/processes?q=worker&sort=node",
		"State": "/cesi/processes?q=worker&sort=state", "Uptime": "/cesi/processes?q=worker&sort=uptime",
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := doc.Find("th[aria-sort]").AttrOr("aria-sort", ""); got != "descending" {
		t.Errorf("it is sorted %q", got)
	}
	last := drawProcesses(t, cesi.Viewer, manySamples(10, 50), "page=77")
	if got := texts(last, ".pager .dim"); !cmp.Equal(got, []string{"Page 5 of 5"}) {
		t.Errorf("behind the end there is %q", got)
	}
}

func TestProcessesPage_Pages(t *testing.T) {
	s := manySamples(1000, 50)
	doc := drawProcesses(t, cesi.Operator, s, "sort=-node&page=7")
	if rows, first := doc.Find("tbody tr").Length(), doc.Find("tbody .cell-node a").First().Text(); rows != request.PageRows || first != "node-0987" {
		t.Errorf("%d rows, from %s on", rows, first)
	}
	if got := texts(doc, "#found"); !cmp.Equal(got, []string{"50,000 processes"}) {
		t.Errorf("it counts %q", got)
	}
	if got := doc.Find("form#selection").Text(); !strings.Contains(got, "all 50,000 of the fleet") {
		t.Errorf("the bar says %q", got)
	}
}

func TestPicker_LongListIsTextField(t *testing.T) {
	doc := drawProcesses(t, cesi.Viewer, manySamples(pickerChoices+1, 1), "environment=gone")
	if doc.Find("input[name=node]").Length() != 1 || doc.Find("select[name=group]").Length() != 1 {
		t.Error("which is typed and which chosen is wrong")
	}
	if got := doc.Find("select[name=environment] option[selected]").AttrOr("value", ""); got != "gone" {
		t.Errorf("a filter that nothing fits any more is shown as %q", got)
	}
}

// manySamples is a fleet with the same processes on every node.
func manySamples(nodes, processes int) *fleet.Snapshot {
	list := make([]*fleet.Node, nodes)
	for i := range list {
		var all []fleet.Process
		for j := range processes {
			all = append(all, fleettest.Process(fmt.Sprintf("group_%02d", j/10), fmt.Sprintf("worker_%02d", j), cesi.Running, time.Duration(i*j)*time.Minute))
		}
		list[i] = fleettest.Node(fmt.Sprintf("node-%04d", i), "production", all...)
		sampleHistory(list[i])
	}
	return fleettest.Snapshot(list...)
}

func BenchmarkProcessesPage_50000Processes(b *testing.B) {
	r := viewtest.Renderer(b, "")
	s := manySamples(1000, 50)
	for _, query := range []string{"", "q=worker_1&state=RUNNING&sort=-uptime&page=50"} {
		b.Run("?"+query, func(b *testing.B) {
			for b.Loop() {
				benchmarkPage(b, r, "processes", newProcessesPage(sampleBase(cesi.Admin), s, sampleQuery(query), ""))
			}
		})
	}
}
