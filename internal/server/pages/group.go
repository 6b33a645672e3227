package pages

import (
	"maps"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// groupPage shows a group across the fleet: its processes by node, and its part on each
// node.
type groupPage struct {
	view.Base
	Name       string
	Places     []groupPlace // empty if there is no choice
	Nodes      int
	Bar        view.Bar
	Words      []view.LinkedCount
	Processes  string // local path of the list of its processes
	Matrix     matrix
	Parts      []view.NodeSummaryRow
	NodesPager *view.Pager
	Pager      *view.Pager
	Selectable bool
	AllActions []view.SetAction // empty without permission, or while none of its nodes answers
}

// watches lists the processes of the matrix.
func (p groupPage) watches() []fleet.Ref {
	var list []fleet.Ref
	for _, row := range p.Matrix.Rows {
		for _, cell := range row.Cells {
			if !cell.Missing {
				list = append(list, fleet.Ref{Node: cell.Node, ProcessID: cesi.ProcessID{Group: p.Name, Name: row.Name}})
			}
		}
	}
	return list
}

// groupPlace is a link to the group in one environment, or in all.
type groupPlace struct {
	Name    string // empty: all
	Link    string
	Current bool
}

// nodesShown is how many nodes a page of a group shows.
const nodesShown = 24

// newGroupPage shows a group, or its part in the query's environment. If its nodes do
// not fit on one page, those with trouble come first.
func newGroupPage(base view.Base, whole *fleet.Group, part *fleet.Group, q request.GroupQuery) groupPage {
	names := processNames(part)
	nodePages, pages := request.PageCount(len(part.Parts), nodesShown), request.PageCount(len(names), request.PageRows)
	q.NodesPage, q.Page = min(q.NodesPage, nodePages), min(q.Page, pages)
	parts := part.Parts
	if nodePages > 1 {
		parts = slices.Clone(parts)
		slices.SortStableFunc(parts, func(a, b fleet.GroupPart) int { return fleet.CompareTrouble(a.Node, b.Node) })
	}
	parts = request.OnPage(parts, q.NodesPage, nodesShown)
	page := groupPage{
		Base: base.At("groups", part.Name).AsLive(), Name: part.Name,
		Places: newGroupPlaces(whole, q.Environment), Nodes: len(part.Parts),
		Bar: view.NewCountsBar(part.Counts), Words: view.LinkedCounts(part.Counts, request.GroupProcesses(part.Name, q.Environment)),
		Processes: request.GroupProcesses(part.Name, q.Environment).Path(),
		Matrix:    newMatrix(base, part, parts, request.OnPage(names, q.Page, request.PageRows), q.Environment),
		NodesPager: view.NewPager(cesi.T("Nodes: page %d of %d", q.NodesPage, nodePages), q.NodesPage, nodePages, func(n int) string {
			return request.GroupQuery{Environment: q.Environment, NodesPage: n, Page: q.Page}.Path(part.Name)
		}),
		Pager: view.NewPager(cesi.T("Processes: page %d of %d", q.Page, pages), q.Page, pages, func(n int) string {
			return request.GroupQuery{Environment: q.Environment, NodesPage: q.NodesPage, Page: n}.Path(part.Name)
		}),
	}
	answering := slices.ContainsFunc(part.Parts, func(p fleet.GroupPart) bool { return p.Node.Status == fleet.Up })
	if base.CanControl() && answering {
		scope := request.ScopeOf(fleet.ScopeGroup, part.Name, q.Environment)
		page.AllActions = view.NewSetActions(cesi.Text{}, cesi.Text{}, func(action cesi.Action) string {
			return scope.QuestionPath(action, base.BackPath())
		})
	}
	for _, p := range parts {
		row := view.NewNodeSummaryRow(base, p.Node, fleet.Target{Node: p.Node.Name, Group: part.Name}, p.Counts)
		page.Parts = append(page.Parts, row)
		page.Selectable = page.Selectable || row.Selectable
	}
	return page
}

// processNames lists the names of the group's processes on all nodes.
func processNames(g *fleet.Group) []string {
	names := make(map[string]bool)
	for _, part := range g.Parts {
		for i := range part.Processes {
			names[part.Processes[i].Name] = true
		}
	}
	return slices.SortedFunc(maps.Keys(names), cesi.CompareNames)
}

func newGroupPlaces(g *fleet.Group, current string) []groupPlace {
	environments := environmentsOf(g)
	if len(environments) < 2 && current == "" {
		return nil
	}
	places := []groupPlace{{Link: request.GroupPath(g.Name, ""), Current: current == ""}}
	for _, name := range environments {
		places = append(places, groupPlace{Name: name, Link: request.GroupPath(g.Name, name), Current: name == current})
	}
	return places
}
