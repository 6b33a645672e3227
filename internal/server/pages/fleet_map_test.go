package pages

import (
	"fmt"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view/viewtest"

	"github.com/google/go-cmp/cmp"
)

// wideFleet is a fleet of n nodes with m processes each.
func wideFleet(n, m int) *fleet.Snapshot {
	nodes := make([]*fleet.Node, n)
	for i := range nodes {
		var list []fleet.Process
		for j := range m {
			list = append(list, fleettest.Process("api", fmt.Sprintf("w%03d", j), cesi.Running, time.Hour))
		}
		nodes[i] = fleettest.Node(fmt.Sprintf("web-%04d", i), "production", list...)
	}
	return fleettest.Snapshot(nodes...)
}

func TestFleetMap_SquareForEachProcess(t *testing.T) {
	doc := drawDashboard(t, cesi.Viewer, sampleFleet(), dashboardOptions{})
	if got := doc.Find(".map-cell").Length(); got != 60 {
		t.Errorf("%d cells", got)
	}
	cell := doc.Find("#map-pay-eu-2")
	if got := cell.Find(".sq").Length(); got != 12 {
		t.Errorf("%d squares", got)
	}
	fatal := cell.Find(".sq-bad")
	if got := fatal.AttrOr("title", ""); got != "payments:worker_03 FATAL: can't find command '/srv/pay/bin/worker'" {
		t.Errorf("its title is %q", got)
	}
	link := fatal.AttrOr("href", "")
	if link != "/cesi/nodes/pay-eu-2#process-pay-eu-2%2Fpayments:worker_03" {
		t.Errorf("it links to %q", link)
	}
	node := draw(t, viewtest.Renderer(t, "/cesi"), sample{"node", "node", newNodePage(sampleBase(cesi.Viewer), payNode(), 1)})
	if node.Find(`tr[id="process-pay-eu-2/payments:worker_03"]`).Length() != 1 {
		t.Error("there is no such row on the node's page")
	}
	silent := doc.Find("#map-db-eu-1")
	if !silent.HasClass("map-bad") || silent.Find(".map-name").AttrOr("aria-label", "") != "db-eu-1: does not answer" {
		t.Errorf("a silent node is drawn as %q", silent.AttrOr("class", ""))
	}
}

func TestFleetMap_LargeFleetShowsWorstFirst(t *testing.T) {
	for _, c := range []struct {
		nodes int
		first []string
	}{
		{mapRoomy, []string{"web-0000", "web-0001", "web-0002", "web-0003"}},
		{mapRoomy + 1, []string{"web-0033", "web-0022", "web-0011", "web-0000"}},
	} {
		s := wideFleet(c.nodes, 2)
		s.Nodes[33] = fleettest.Node("web-0033", "production", fleettest.Process("g", "p", cesi.Fatal, time.Minute))
		fleettest.Silenced(s.Nodes[22], cesi.CauseRefused, "", time.Minute)
		s.Nodes[11] = fleettest.Node("web-0011", "production", fleettest.Process("g", "p", cesi.Backoff, time.Minute))
		var got []string
		for _, cell := range newFleetMap(s).Cells[:4] {
			got = append(got, cell.Node)
		}
		if diff := cmp.Diff(c.first, got); diff != "" {
			t.Errorf("%d nodes: - want, + got:\n%s", c.nodes, diff)
		}
	}
}

func TestFleetMap_HugeFleetHasBars(t *testing.T) {
	m := newFleetMap(wideFleet(450, 5))
	if m.Bars || len(m.Cells) != 450 {
		t.Errorf("2,250 processes: bars %v, %d cells", m.Bars, len(m.Cells))
	}
	m = newFleetMap(wideFleet(2000, 8))
	if !m.Bars || len(m.Cells) != mapCells || m.Left != 800 {
		t.Errorf("16,000 processes: bars %v, %d cells, %d left", m.Bars, len(m.Cells), m.Left)
	}
	doc := drawDashboard(t, cesi.Viewer, wideFleet(2000, 8), dashboardOptions{})
	if doc.Find(".sq").Length() != 0 || doc.Find(".map-plain-running").Length() != mapCells {
		t.Error("squares are drawn, or a calm node is not plain")
	}
}

// mixedFleet has processes in all states on each node, and silent nodes.
func mixedFleet(n, m int) *fleet.Snapshot {
	s := wideFleet(n, m)
	for i, node := range s.Nodes {
		for j := range node.Processes {
			node.Processes[j].State = cesi.States()[j%8]
		}
		if s.Nodes[i] = fleettest.Node(node.Name, "production", node.Processes...); i%4 == 0 {
			fleettest.Silenced(s.Nodes[i], cesi.CauseTimeout, "", time.Minute)
		}
	}
	return s
}

func TestFleetMap_ElementsAreBounded(t *testing.T) {
	for _, s := range []*fleet.Snapshot{
		wideFleet(1000, 50), mixedFleet(1000, 50), mixedFleet(3000, 8), mixedFleet(1200, 8), mixedFleet(40, 124), mixedFleet(60, 1000), wideFleet(800, 4),
	} {
		doc := drawDashboard(t, cesi.Viewer, s, dashboardOptions{})
		if got := doc.Find(".map *").Length(); got > mapElements {
			t.Errorf("%d nodes with %d processes: %d elements", len(s.Nodes), len(s.Nodes[0].Processes), got)
		}
		if cells := doc.Find(".map-cell").Length(); cells != min(len(s.Nodes), mapCells) {
			t.Errorf("%d nodes: %d cells", len(s.Nodes), cells)
		}
	}
	doc := drawDashboard(t, cesi.Viewer, mixedFleet(1000, 50), dashboardOptions{})
	if first, last := doc.Find(".map .bar").Length(), doc.Find(".map-plain").Last(); first < 100 || !last.HasClass("map-plain-bad") {
		t.Errorf("%d bars, and the last cell without one is %q", first, last.AttrOr("class", ""))
	}
}

func BenchmarkDashboard_50000Processes(b *testing.B) {
	r, s := viewtest.Renderer(b, ""), mixedFleet(1000, 50)
	for b.Loop() {
		benchmarkPage(b, r, "dashboard", newDashboardPage(sampleBase(cesi.Admin), s, dashboardOptions{}))
	}
}
