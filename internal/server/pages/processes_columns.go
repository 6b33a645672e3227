package pages

import (
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// column is the heading of a column that can be sorted by.
type column struct {
	Label words.Phrase
	Class string
	Link  string // local path of the page sorted by it
	Sort  string // aria-sort, empty unless the page is sorted by it
}

func newColumns(q request.ProcessesQuery) []column {
	list := []column{
		{Label: words.Of("Process"), Class: "name"}, {Label: words.Of("Node"), Class: "node"},
		{Label: words.Of("State"), Class: "state"}, {Label: words.Of("Uptime"), Class: "uptime"},
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
		{"name", words.Of("by name")}, {"node", words.Of("by node")}, {"state", words.Of("worst first")},
		{"uptime", words.Of("longest up first")}, {"-uptime", words.Of("shortest up first")},
	}
	backwards := map[string]words.Phrase{
		"-name": words.Of("by name, backwards"), "-node": words.Of("by node, backwards"), "-state": words.Of("by state, backwards"),
	}
	if label, is := backwards[q.SortWord()]; is {
		list = append(list, choice{q.SortWord(), label})
	}
	return list
}
