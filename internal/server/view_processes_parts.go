package server

import (
	"slices"

	"cesi/internal/fleet"
)

// picker is a field of a filter: a list to choose from, or, where that would be
// too long, a field to type a name in.
type picker struct {
	Name, Label string
	All         string // the option that filters nothing
	Value       string
	Choices     []string
	Typed       bool
}

// pickerChoices is how long a list to choose from may be.
const pickerChoices = 200

func newPickers(s *fleet.Snapshot, q processesQuery) []picker {
	var environments, nodes, groups []string
	for _, e := range s.Environments {
		environments = append(environments, e.Name)
	}
	for _, n := range s.Nodes {
		nodes = append(nodes, n.Name)
	}
	for _, g := range s.Groups() {
		groups = append(groups, g.Name)
	}
	slices.Sort(nodes)
	var list []picker
	for _, p := range []picker{
		newPicker("environment", "Environment", "all environments", q.Environment, environments),
		newPicker("node", "Node", "all nodes", q.Node, nodes),
		newPicker("group", "Group", "all groups", q.Group, groups),
	} {
		if p.Typed || len(p.Choices) > 0 {
			list = append(list, p)
		}
	}
	return list
}

func newPicker(name, label, all, value string, choices []string) picker {
	p := picker{Name: name, Label: label, All: all, Value: value, Choices: choices}
	switch {
	case len(choices) > pickerChoices:
		p.Choices, p.Typed = nil, true
	case value != "" && !slices.Contains(choices, value):
		p.Choices = append([]string{value}, choices...) // it stays in force
	}
	return p
}

// column is the heading of a column that can be sorted by.
type column struct {
	Label string
	Class string
	Link  string // local path of the page sorted by it
	Sort  string // aria-sort, empty unless the page is sorted by it
}

func newColumns(q processesQuery) []column {
	list := []column{
		{Label: "Process", Class: "name"}, {Label: "Node", Class: "node"},
		{Label: "State", Class: "state"}, {Label: "Uptime", Class: "uptime"},
	}
	for i, c := range list {
		list[i].Link = q.sortedBy(c.Class).path()
		if c.Class == q.Sort {
			list[i].Sort = direction(q)
		}
	}
	return list
}

// direction says which way the page is sorted. By state the worst comes first,
// and by uptime the longest.
func direction(q processesQuery) string {
	if (q.Sort == "state" || q.Sort == "uptime") != q.Reverse {
		return "descending"
	}
	return "ascending"
}

// newOrders lists the orders for where the columns have no headings.
func newOrders(q processesQuery) []choice {
	list := []choice{
		{"name", "by name"}, {"node", "by node"}, {"state", "worst first"},
		{"uptime", "longest up first"}, {"-uptime", "shortest up first"},
	}
	if word := q.sortWord(); !slices.ContainsFunc(list, func(c choice) bool { return c.Value == word }) {
		list = append(list, choice{word, "by " + q.Sort + ", backwards"})
	}
	return list
}

// pager leads to the other pages of a list. A link is empty where there is no
// such page.
type pager struct {
	Page, Pages           int
	First, Previous, Next string // local paths
	Last                  string
}

func newPager(q processesQuery, found int) *pager {
	pages := pagesOf(found)
	if pages == 1 {
		return nil
	}
	p := &pager{Page: q.Page, Pages: pages}
	if q.Page > 1 {
		p.First, p.Previous = q.onPage(1).path(), q.onPage(q.Page-1).path()
	}
	if q.Page < pages {
		p.Next, p.Last = q.onPage(q.Page+1).path(), q.onPage(pages).path()
	}
	return p
}

// path is the local path of the page that the query is for.
func (q processesQuery) path() string {
	if values := q.values(); len(values) > 0 {
		return localURL("processes") + "?" + values.Encode()
	}
	return localURL("processes")
}
