package server

import (
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// environmentsPage lists the environments.
type environmentsPage struct {
	view.Base
	Rows       []environmentRow
	Elsewhere  int // nodes that are in none
	ConfigFile string
	Empty      *emptyFleet
}

func newEnvironmentsPage(base view.Base, s *fleet.Snapshot, configFile string) environmentsPage {
	page := environmentsPage{
		Base: base.At("environments", base.Say("Environments")).Kept(),
		Rows: newEnvironmentRows(s), ConfigFile: configFile, Empty: newEmptyFleet(s, configFile),
	}
	for _, n := range s.Nodes {
		if len(n.Environments) == 0 {
			page.Elsewhere++
		}
	}
	return page
}

// environmentPage shows the nodes of an environment and their processes.
type environmentPage struct {
	view.Base
	environmentRow
	Words      []view.LinkedCount
	Parts      []view.NodeSummaryRow
	Pager      *view.Pager
	Processes  []fleetRow // the worst first
	Found      int        // with those that are not shown
	All        string     // local path of all of them
	Selectable bool
}

// newEnvironmentPage shows an environment that the snapshot has. Page is that of
// its nodes.
func newEnvironmentPage(base view.Base, s *fleet.Snapshot, name string, page int) environmentPage {
	nodes, counts := s.Members(name)
	q := request.ProcessesQuery{Filter: fleet.Filter{Environment: name}, Sort: "state", Page: 1}
	pages := request.PageCount(len(nodes), request.PageRows)
	page = min(page, pages)
	found := s.Find(q.Filter)
	p := environmentPage{
		Base: base.At("environments", name).Kept(), environmentRow: newEnvironmentRow(s, name),
		Words: view.LinkedCounts(counts, request.ProcessesQuery{Filter: q.Filter, Sort: "name"}), Found: len(found), All: q.Path(),
		Pager: view.NewPager(words.Of("Nodes: page %d of %d"), page, pages, func(n int) string { return environmentPath(name, n) }),
	}
	for _, n := range request.OnPage(nodes, page, request.PageRows) {
		row := view.NewNodeSummaryRow(base, n, fleet.Target{Node: n.Name}, n.Counts)
		row.Environments = nil // this one goes without saying
		p.Parts = append(p.Parts, row)
		p.Selectable = p.Selectable || row.Selectable
	}
	for _, m := range request.PageOfMatches(found, q) {
		row := newFleetRow(base, m)
		row.Boxes, row.Environments = p.Selectable, nil
		p.Processes = append(p.Processes, row)
	}
	return p
}

func environmentPath(name string, page int) string {
	return request.PathWith(request.PageValues(page), "environments", name)
}
