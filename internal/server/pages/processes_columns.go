package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// column is the heading of a sortable column.
type column struct {
	Label cesi.Text
	Class string
	Link  string // local path of the page sorted by it
	Sort  string // aria-sort, empty unless the page is sorted by it
}

func newColumns(q request.ProcessesQuery) []column {
	list := []column{
		{Label: cesi.T("Process"), Class: "name"}, {Label: cesi.T("Node"), Class: "node"},
		{Label: cesi.T("State"), Class: "state"}, {Label: cesi.T("Uptime"), Class: "uptime"},
	}
	for i, c := range list {
		list[i].Link = q.SortedBy(c.Class).Path()
		if c.Class == q.Sort {
			list[i].Sort = direction(q)
		}
	}
	return list
}

// direction returns the direction of the order. By state, worst first is descending; by
// uptime, longest first.
func direction(q request.ProcessesQuery) string {
	if (q.Sort == "state" || q.Sort == "uptime") != q.Reverse {
		return "descending"
	}
	return "ascending"
}

// newOrders lists the orders, for screens without column headings.
func newOrders(q request.ProcessesQuery) []choice {
	list := []choice{
		{"name", cesi.T("by name")}, {"node", cesi.T("by node")}, {"state", cesi.T("worst first")},
		{"uptime", cesi.T("longest up first")}, {"-uptime", cesi.T("shortest up first")},
	}
	backwards := map[string]cesi.Text{
		"-name": cesi.T("by name, backwards"), "-node": cesi.T("by node, backwards"), "-state": cesi.T("by state, backwards"),
	}
	if label, is := backwards[q.SortWord()]; is {
		list = append(list, choice{q.SortWord(), label})
	}
	return list
}
