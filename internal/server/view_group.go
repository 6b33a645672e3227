package server

import (
	"maps"
	"net/url"
	"slices"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// groupQuery chooses what of a group its page shows.
type groupQuery struct {
	Environment string // empty: all
	NodesPage   int    // of the nodes, which are the columns
	Page        int    // of the processes
}

// groupQueryOf reads environment, nodes and page.
func groupQueryOf(query url.Values) (groupQuery, error) {
	nodes, err := parsePage(query.Get("nodes"))
	if err != nil {
		return groupQuery{}, err
	}
	page, err := parsePage(query.Get("page"))
	return groupQuery{Environment: query.Get("environment"), NodesPage: nodes, Page: page}, err
}

func (q groupQuery) path(name string) string {
	values := pageValues(q.Page)
	if q.Environment != "" {
		values.Set("environment", q.Environment)
	}
	if q.NodesPage > 1 {
		values.Set("nodes", strconv.Itoa(q.NodesPage))
	}
	return pathWith(values, "groups", name)
}

// groupPage shows a group of supervisord's as it is across the fleet: its
// processes by node, and its part of each node.
type groupPage struct {
	basePage
	Name        string
	Environment string
	Places      []groupPlace // empty where there is nothing to choose from
	Nodes       int
	Bar         bar
	Words       []linkedCount
	Processes   string // local path of the list of its processes
	Matrix      matrix
	Parts       []partRow
	NodesPager  *pager
	Pager       *pager
	Selectable  bool
	Answering   bool // some node that has it does
}

// RowActions are what can be done to a process on all nodes.
func (p groupPage) RowActions() []cesi.Action { return setActions() }

// groupPlace leads to the group in one environment, or in all.
type groupPlace struct {
	Name    string // empty: all
	Link    string
	Current bool
}

// nodesShown is how many nodes a page of a group shows.
const nodesShown = 24

// newGroupPage shows a group, or its part in the query's environment. Where not
// all nodes fit on one page, those with trouble come first.
func newGroupPage(base basePage, whole *fleet.Group, part *fleet.Group, q groupQuery) groupPage {
	names := processNames(part)
	nodePages, pages := pagesOf(len(part.Parts), nodesShown), pagesOf(len(names), pageRows)
	q.NodesPage, q.Page = min(q.NodesPage, nodePages), min(q.Page, pages)
	parts := part.Parts
	if nodePages > 1 {
		parts = slices.Clone(parts)
		slices.SortStableFunc(parts, func(a, b fleet.GroupPart) int { return compareTrouble(a.Node, b.Node) })
	}
	parts = onPage(parts, q.NodesPage, nodesShown)
	page := groupPage{
		basePage: base.at("groups", part.Name).kept(), Name: part.Name, Environment: q.Environment,
		Places: newGroupPlaces(whole, q.Environment), Nodes: len(part.Parts),
		Bar: newCountsBar(part.Counts), Words: linkedCounts(part.Counts, groupProcesses(part.Name, q.Environment)),
		Processes: groupProcesses(part.Name, q.Environment).path(),
		Matrix:    newMatrix(part, parts, onPage(names, q.Page, pageRows)),
		Answering: slices.ContainsFunc(part.Parts, func(p fleet.GroupPart) bool { return p.Node.Status == fleet.Up }),
		NodesPager: newPager(words.Of("Nodes: page %d of %d"), q.NodesPage, nodePages, func(n int) string {
			return groupQuery{q.Environment, n, q.Page}.path(part.Name)
		}),
		Pager: newPager(words.Of("Processes: page %d of %d"), q.Page, pages, func(n int) string {
			return groupQuery{q.Environment, q.NodesPage, n}.path(part.Name)
		}),
	}
	for _, p := range parts {
		row := newPartRow(base, p.Node, fleet.Target{Node: p.Node.Name, Group: part.Name}, p.Counts)
		page.Parts = append(page.Parts, row)
		page.Selectable = page.Selectable || row.Selectable
	}
	return page
}

// processNames lists the names that the group's processes have on any node.
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
	places := []groupPlace{{Link: groupPath(g.Name, ""), Current: current == ""}}
	for _, name := range environments {
		places = append(places, groupPlace{Name: name, Link: groupPath(g.Name, name), Current: name == current})
	}
	return places
}

func groupProcesses(name, environment string) processesQuery {
	return processesQuery{Filter: fleet.Filter{Group: name, Environment: environment}, Sort: "name"}
}
