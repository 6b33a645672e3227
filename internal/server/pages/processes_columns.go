package pages

import (
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// column is the heading of a column that can be sorted by.
type column struct {
	Label i18n.Phrase
	Class string
	Link  string // local path of the page sorted by it
	Sort  string // aria-sort, empty unless the page is sorted by it
}

func newColumns(q request.ProcessesQuery) []column {
	list := []column{
		{Label: i18n.Of("Process"), Class: "name"}, {Label: i18n.Of("Node"), Class: "node"},
		{Label: i18n.Of("State"), Class: "state"}, {Label: i18n.Of("Uptime"), Class: "uptime"},
	}
	for i, c := range list {
		list[i].Link = q.SortedBy(c.Class).Path()
		if c.Class == q.Sort {
			list[i].Sort = direction(q)
		}
	}
	return list
}

// direction says which way the page is sorted. By state the worst comes first,
// and by uptime the longest.
func direction(q request.ProcessesQuery) string {
	if (q.Sort == "state" || q.Sort == "uptime") != q.Reverse {
		return "descending"
	}
	return "ascending"
}

// newOrders lists the orders for where the columns have no headings.
func newOrders(q request.ProcessesQuery) []choice {
	list := []choice{
		{"name", i18n.Of("by name")}, {"node", i18n.Of("by node")}, {"state", i18n.Of("worst first")},
		{"uptime", i18n.Of("longest up first")}, {"-uptime", i18n.Of("shortest up first")},
	}
	backwards := map[string]i18n.Phrase{
		"-name": i18n.Of("by name, backwards"), "-node": i18n.Of("by node, backwards"), "-state": i18n.Of("by state, backwards"),
	}
	if label, is := backwards[q.SortWord()]; is {
		list = append(list, choice{q.SortWord(), label})
	}
	return list
}
