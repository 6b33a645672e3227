package pages

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/google/go-cmp/cmp"
)

// sampleHistory makes the processes FATAL for a slot two hours ago.
func sampleHistory(n *fleet.Node) {
	end := cesi.BucketOf(fleettest.Now)
	h := cesi.History{Answered: []cesi.NodeSpan{{Node: n.Name, Span: cesi.Span{First: end - 143, Last: end}}}}
	for _, p := range n.Processes {
		for _, point := range []cesi.Point{
			{Bucket: end - 200, Worst: cesi.MarkRunning, Last: cesi.MarkRunning}, {Bucket: end - 12, Worst: cesi.MarkFatal, Last: cesi.MarkRunning},
		} {
			h.Points = append(h.Points, cesi.ProcessPoint{Node: n.Name, ProcessID: p.ProcessID, Point: point})
		}
	}
	n.LoadHistory(h)
}

func TestHistoryBar_OnPages(t *testing.T) {
	n := fleettest.Node("web-1", "production", fleettest.Process("g", "a", cesi.Running, 0), fleettest.Process("g", "b", cesi.Running, 0))
	sampleHistory(n)
	base := sampleBase(cesi.Admin)
	pages := map[string]view.Page{
		"node":      newNodePage(base, n, 1),
		"processes": newProcessesPage(base, fleettest.Snapshot(n), sampleQuery(""), ""),
		"process":   newProcessPage(base, n, n.Processes[0]),
	}
	for name, page := range pages {
		t.Run(name, func(t *testing.T) {
			doc := draw(t, viewtest.Renderer(t, ""), sample{name, name, page})
			bars := doc.Find("svg.day")
			if want := map[string]int{"node": 2, "processes": 2, "process": 1}[name]; bars.Length() != want {
				t.Errorf("%s: %d bars, want %d", name, bars.Length(), want)
			}
			const label = "Last 24 hours: FATAL 10 min (until 2 h ago), RUNNING 23 h 50 min"
			if got := bars.AttrOr("aria-label", ""); got != label {
				t.Errorf("%s: the label is %q", name, got)
			}
			if got := bars.First().Find("path.fill-bad").AttrOr("d", ""); got != "M130 14V0h2V14z" {
				t.Errorf("%s: the trouble is drawn as %q", name, got)
			}
			if columns := doc.Find("thead th").Length(); name != "process" && doc.Find("tr.process").First().Find("td").Length() != columns {
				t.Errorf("%s: %d headings do not fit the cells", name, columns)
			}
		})
	}
	marks := texts(draw(t, viewtest.Renderer(t, ""), sample{"process", "process", pages["process"]}), ".day-marks time")
	if diff := cmp.Diff([]string{"02:20", "08:20", "14:20", "20:20"}, marks); diff != "" {
		t.Error(diff)
	}
}
