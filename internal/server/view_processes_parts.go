package server

import (
	"slices"

	"cesi/internal/words"
)

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
		{"name", words.Of("by name")}, {"node", words.Of("by node")}, {"state", words.Of("worst first")},
		{"uptime", words.Of("longest up first")}, {"-uptime", words.Of("shortest up first")},
	}
	if word := q.sortWord(); !slices.ContainsFunc(list, func(c choice) bool { return c.Value == word }) {
		list = append(list, choice{word, words.Of("by %s, backwards", q.Sort)})
	}
	return list
}

// path is the local path of the page that the query is for.
func (q processesQuery) path() string {
	return pathWith(q.values(), "processes")
}
