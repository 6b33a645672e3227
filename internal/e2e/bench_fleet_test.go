package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// bigFleet is a thousand fake nodes of fifty processes each.
func bigFleet(b *testing.B) []cesi.Node {
	b.Helper()
	fleet := supervisortest.StartFleet(b)
	var nodes []cesi.Node
	for i := range 1000 {
		var processes []cesi.Process
		for j := range 50 {
			processes = append(processes, cesi.Process{
				ProcessID: cesi.ProcessID{Group: fmt.Sprintf("group_%d", j/5), Name: fmt.Sprintf("worker_%02d", j)},
				State:     cesi.States()[(i+j)%7], PID: i + 1, Start: int64(i * j), Now: 1_000_000,
			})
		}
		n := fleet.Add(fmt.Sprintf("node-%04d", i), processes...).Node()
		n.Environments = []string{[]string{"production", "staging"}[i%2]}
		nodes = append(nodes, n)
	}
	return nodes
}

// BenchmarkPages_50000Processes measures the pages of the whole fleet, with 50,000
// processes on 1,000 nodes.
func BenchmarkPages_50000Processes(b *testing.B) {
	in := startCesi(b, nodesConf(bigFleet(b)...), "poll_interval = 30")
	admin := in.login(b)
	for b.Loop() {
		for name, path := range map[string]string{
			"dashboard": "/", "processes": "/processes", "search": "/processes?q=worker_1&state=RUNNING&sort=-uptime&page=3",
			"groups": "/groups", "group": "/groups/group_3", "environment": "/environments/staging",
		} {
			code, doc := admin.get(path)
			if code != http.StatusOK {
				b.Fatalf("%s: status %d", path, code)
			}
			p99 := milliseconds(admin.p99(path))
			b.ReportMetric(p99, "ms-p99/"+name)
			b.Logf("%s with 50,000 processes on 1,000 nodes: p99 of %d views %.1f ms, %d rows", name, pageViews, p99, doc.Find("tbody tr").Length())
		}
	}
}

// BenchmarkDashboard_50000ProcessesInBrowser measures how long a browser takes to draw
// the dashboard of the same fleet.
func BenchmarkDashboard_50000ProcessesInBrowser(b *testing.B) {
	in := startCesi(b, nodesConf(bigFleet(b)...), "poll_interval = 30")
	c := startChromium(b)
	page := c.open(b, in.url, "/login")
	page.login("admin", adminPassword)
	for b.Loop() {
		var took []float64
		for range 10 {
			page.visit("/")
			page.waitFor("the page to be drawn and loaded", "performance.getEntriesByType('paint').length && performance.getEntriesByType('navigation')[0].loadEventEnd")
			took = append(took, page.number("Math.max(performance.getEntriesByType('paint').at(-1).startTime, performance.getEntriesByType('navigation')[0].loadEventEnd)"))
		}
		slices.Sort(took)
		median, slowest, elements := took[len(took)/2], took[len(took)-1], page.number("document.querySelectorAll('.map *').length")
		b.ReportMetric(median, "ms-median/dashboard-in-browser")
		b.ReportMetric(elements, "map-elements")
		b.Logf("the dashboard with 50,000 processes on 1,000 nodes is loaded and drawn in a browser, 10 times: median %.0f ms, slowest %.0f ms; target 1000 ms. Its map has %.0f elements; target up to 5000",
			median, slowest, elements)
	}
}
