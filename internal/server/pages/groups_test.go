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
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// groupFleet has the group api on four nodes in two environments. One process is not on
// all of them.
func groupFleet() *fleet.Snapshot {
	api := func(first, second cesi.State) []fleet.Process {
		return []fleet.Process{fleettest.Process("api", "api_0", first, time.Hour), fleettest.Process("api", "api_1", second, time.Hour)}
	}
	extra := append(api(cesi.Running, cesi.Fatal), fleettest.Process("api", "migrate", cesi.Exited, time.Hour))
	return fleettest.Snapshot(
		fleettest.Node("web-1", "production", append(api(cesi.Running, cesi.Running), fleettest.Process("mail", "mail", cesi.Running, time.Hour))...),
		fleettest.Node("web-2", "production", extra...),
		fleettest.Silenced(fleettest.Node("web-3", "production", api(cesi.Running, cesi.Running)...), cesi.CauseTimeout, "no answer", time.Minute),
		fleettest.Node("test-1", "staging", api(cesi.Stopped, cesi.Running)...),
	)
}

func sampleGroups(base view.Base, s *fleet.Snapshot, query string) groupsPage {
	q, err := request.ParseGroupsQuery(valuesIn(query))
	if err != nil {
		panic(err)
	}
	return newGroupsPage(base, s, q, "/etc/cesi.conf")
}

func sampleGroup(base view.Base, s *fleet.Snapshot, name, query string) groupPage {
	q, err := request.ParseGroupQuery(valuesIn(query))
	if err != nil {
		panic(err)
	}
	group, _ := s.Group(name)
	part, _ := group.In(q.Environment)
	return newGroupPage(base, group, part, q)
}

func valuesIn(query string) url.Values {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	return values
}

func drawGroup(t *testing.T, role cesi.Role, s *fleet.Snapshot, name, query string) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, ""), sample{"group", "group", sampleGroup(sampleBase(role), s, name, query)})
}

func TestGroupsPage_OneRowForEachGroup(t *testing.T) {
	for query, want := range map[string][]string{
		"": {
			"api 4 nodes · 1 not answering production · staging 4 running 1 stopped 1 exited 1 fatal 1 needs attention",
			"mail 1 node production 1 running",
		},
		"environment=staging": {"api 1 node staging 1 running 1 stopped"},
		"attention=yes":       {"api 4 nodes · 1 not answering production · staging 4 running 1 stopped 1 exited 1 fatal 1 needs attention"},
		"q=AI":                {"mail 1 node production 1 running"},
	} {
		t.Run(query, func(t *testing.T) {
			doc := draw(t, viewtest.Renderer(t, ""), sample{"groups", "groups", sampleGroups(sampleBase(cesi.Viewer), groupFleet(), query)})
			if diff := cmp.Diff(want, texts(doc, ".group-row")); diff != "" {
				t.Errorf("%q: - want, + got:\n%s", query, diff)
			}
		})
	}
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"groups", "groups", sampleGroups(sampleBase(cesi.Viewer), groupFleet(), "environment=staging")})
	if got := doc.Find(".group-row a").First().AttrOr("href", ""); got != "/cesi/groups/api?environment=staging" {
		t.Errorf("it leads to %q", got)
	}
}

func TestGroupPage_MatrixOfProcessesAndNodes(t *testing.T) {
	doc := drawGroup(t, cesi.Operator, groupFleet(), "api", "")
	if diff := cmp.Diff([]string{"web-1", "web-2", "web-3", "test-1"}, texts(doc, ".matrix thead .matrix-node")); diff != "" {
		t.Errorf("columns: - want, + got:\n%s", diff)
	}
	cells := make(map[string][]string)
	doc.Find(".matrix tbody tr").Each(func(_ int, row *goquery.Selection) {
		var labels []string
		row.Find("td:not(.cell-actions)").Each(func(_ int, cell *goquery.Selection) {
			labels = append(labels, cell.AttrOr("aria-label", cell.Find("a").AttrOr("title", "")))
		})
		cells[strings.Join(strings.Fields(row.Find("th").Text()), " ")] = labels
	})
	want := map[string][]string{
		"api_0 2 of 3 running":   {"web-1: RUNNING", "web-2: RUNNING", "web-3: RUNNING when it answered last", "test-1: STOPPED, stopped"},
		"api_1 2 of 3 running":   {"web-1: RUNNING", "web-2: FATAL, can't find command '/srv/pay/bin/worker'", "web-3: RUNNING when it answered last", "test-1: RUNNING"},
		"migrate 0 of 1 running": {"not on web-1", "web-2: EXITED, exit status 0 (expected)", "not on web-3", "not on test-1"},
	}
	if diff := cmp.Diff(want, cells); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if doc.Find(".matrix tbody td.stale").Length() != 2 {
		t.Error("what is old looks fresh")
	}
}

func TestGroupPage_ActionsOnGroupRowAndNode(t *testing.T) {
	doc := drawGroup(t, cesi.Operator, groupFleet(), "api", "environment=production")
	for selector, want := range map[string]string{
		".page-actions a:nth-child(2)":                 "/command?action=stop&back=%2Fnodes%3Fq%3Dweb&environment=production&name=api&scope=group",
		"#row-api_1 .cell-actions a:nth-child(3)":      "/command?action=restart&back=%2Fnodes%3Fq%3Dweb&environment=production&name=api%3Aapi_1&scope=process",
		`[id="part-web-2"] .cell-actions :first-child`: "/nodes/web-2/confirm?action=start&back=%2Fnodes%3Fq%3Dweb&group=api",
	} {
		t.Run(selector, func(t *testing.T) {
			if got := doc.Find(selector).AttrOr("href", ""); got != want {
				t.Errorf("%s leads to %q, want %q", selector, got, want)
			}
		})
	}
	var boxes []string
	doc.Find(".parts-table tbody input").Each(func(_ int, e *goquery.Selection) { boxes = append(boxes, e.AttrOr("value", "")) })
	if diff := cmp.Diff([]string{"web-1/api:*", "web-2/api:*"}, boxes); diff != "" {
		t.Errorf("boxes: - want, + got:\n%s", diff)
	}
	viewer := drawGroup(t, cesi.Viewer, groupFleet(), "api", "")
	if n := viewer.Find(".cell-actions a, .page-actions, .selection-bar, tbody input").Length(); n != 0 {
		t.Errorf("a viewer is offered %d things that it may not do", n)
	}
}

func TestGroupPage_WorstNodesFirst(t *testing.T) {
	s := manySamples(100, 12)
	s.Nodes[77].Processes[3] = fleettest.Process("group_00", "worker_03", cesi.Fatal, time.Minute)
	s.Nodes[77] = fleettest.Node(s.Nodes[77].Name, "production", s.Nodes[77].Processes...)
	doc := drawGroup(t, cesi.Viewer, s, "group_00", "")
	if got := texts(doc, ".matrix-node"); len(got) != nodesShown || got[0] != "node-0077" {
		t.Errorf("the columns are %q", got)
	}
	if got := texts(doc, ".pager .dim"); len(got) != 2 || got[0] != "Nodes: page 1 of 5" {
		t.Errorf("the pages are %q", got)
	}
	last := drawGroup(t, cesi.Viewer, s, "group_00", "nodes=99")
	if got := texts(last, ".matrix-node"); len(got) != 100-4*nodesShown {
		t.Errorf("the last page has %q", got)
	}
	if !doc.Find("table.matrix").HasClass("matrix-dense") {
		t.Error("it leaves room for words that it does not have")
	}
}

func TestGroupPage_CountsLinkToProcesses(t *testing.T) {
	var got []string
	drawGroup(t, cesi.Viewer, groupFleet(), "api", "environment=production").Find(".facts a").Each(func(_ int, e *goquery.Selection) {
		got = append(got, fmt.Sprintf("%s: %s", strings.TrimSpace(e.Text()), e.AttrOr("href", "")))
	})
	want := []string{
		"3 running: /processes?environment=production&group=api&state=RUNNING",
		"1 exited: /processes?attention=no&environment=production&group=api&state=EXITED",
		"1 fatal: /processes?environment=production&group=api&state=FATAL",
		"list of its processes: /processes?environment=production&group=api",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
