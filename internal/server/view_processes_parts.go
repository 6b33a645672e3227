package server

import (
	"cesi/internal/words"
)

// column is the heading of a column that can be sorted by.
type column struct {
	Label words.Phrase
	Class string
	Link  string // local path of the page sorted by it
	Sort  string // aria-sort, empty unless the page is sorted by it
}

func newColumns(q processesQuery) []column {
	list := []column{
		{Label: words.Of("Process"), Class: "name"}, {Label: words.Of("Node"), Class: "node"},
		{Label: words.Of("State"), Class: "state"}, {Label: words.Of("Uptime"), Class: "uptime"},
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
		{"name", words.Of("by name")}, {"node", words.Of("by node")}, {"state", words.Of("worst first")},
		{"uptime", words.Of("longest up first")}, {"-uptime", words.Of("shortest up first")},
	}
	backwards := map[string]words.Phrase{
		"-name": words.Of("by name, backwards"), "-node": words.Of("by node, backwards"), "-state": words.Of("by state, backwards"),
	}
	if label, is := backwards[q.sortWord()]; is {
		list = append(list, choice{q.sortWord(), label})
	}
	return list
}

// path is the local path of the page that the query is for.
func (q processesQuery) path() string {
	return pathWith(q.values(), "processes")
}
