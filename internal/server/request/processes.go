package request

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// ProcessesQuery is the query of a list of processes, for its page, its API and a
// command on all matching ones: a filter, an order and a page.
type ProcessesQuery struct {
	fleet.Filter
	Sort    string // a column
	Reverse bool   // sort=-COLUMN
	Page    int    // from 1
}

// columns are the orders by their names in a query.
func columns() map[string]fleet.Sorting {
	return map[string]fleet.Sorting{
		"name": fleet.ByName, "node": fleet.ByNode, "state": fleet.ByState, "uptime": fleet.ByUptime,
	}
}

// attentions are the values of the parameter attention.
func attentions() map[string]fleet.Attention {
	return map[string]fleet.Attention{"": fleet.AnyAttention, "yes": fleet.NeedsAttention, "no": fleet.NeedsNone}
}

// ParseProcessesQuery reads q, node, environment, group, state (repeatable), attention,
// sort and page. It fails with Invalid for an unknown word.
func ParseProcessesQuery(query url.Values) (ProcessesQuery, error) {
	q := ProcessesQuery{
		Filter: fleet.Filter{
			Text: strings.TrimSpace(query.Get("q")), Node: query.Get("node"),
			Environment: query.Get("environment"), Group: query.Get("group"),
		},
		Sort: "name",
	}
	for _, word := range query["state"] {
		state, err := parseState(word)
		if err != nil {
			return ProcessesQuery{}, err
		}
		if !q.Wants(state) {
			q.States = append(q.States, state)
		}
	}
	var known bool
	if q.Attention, known = attentions()[query.Get("attention")]; !known {
		return ProcessesQuery{}, cesi.Errorf(cesi.Invalid, "attention is yes or no, not %q", query.Get("attention"))
	}
	if err := q.readSort(query.Get("sort")); err != nil {
		return ProcessesQuery{}, err
	}
	var err error
	q.Page, err = ParsePage(query.Get("page"))
	return q, err
}

func parseState(word string) (cesi.State, error) {
	for _, state := range cesi.States() {
		if strings.EqualFold(word, state.String()) {
			return state, nil
		}
	}
	return 0, cesi.Errorf(cesi.Invalid, "%q is not a state: want STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED, FATAL, UNKNOWN or NOT STARTED", word)
}

func (q *ProcessesQuery) readSort(word string) error {
	if word == "" {
		return nil
	}
	q.Sort, q.Reverse = strings.CutPrefix(word, "-")
	if _, known := columns()[q.Sort]; !known {
		return cesi.Errorf(cesi.Invalid, "%q can't be sorted by: want name, node, state or uptime, or -name and so on", word)
	}
	return nil
}

// Wants reports whether the filter includes the state.
func (q ProcessesQuery) Wants(state cesi.State) bool { return slices.Contains(q.States, state) }

// Active reports whether the filter excludes anything.
func (q ProcessesQuery) Active() bool { return len(q.filterValues()) > 0 }

// filterValues writes the filter in the form that ParseProcessesQuery reads.
func (q ProcessesQuery) filterValues() url.Values {
	values := make(url.Values)
	for name, value := range map[string]string{"q": q.Text, "node": q.Node, "environment": q.Environment, "group": q.Group} {
		if value != "" {
			values.Set(name, value)
		}
	}
	for _, state := range q.States {
		values.Add("state", state.String())
	}
	for word, attention := range attentions() {
		if word != "" && attention == q.Attention {
			values.Set("attention", word)
		}
	}
	return values
}

// FilterFields returns the filter as hidden fields of a form.
func (q ProcessesQuery) FilterFields() []Field {
	var list []Field
	values := q.filterValues()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			list = append(list, Field{name, value})
		}
	}
	return list
}

// Values writes the whole query, without default values.
func (q ProcessesQuery) Values() url.Values {
	values := q.filterValues()
	if word := q.SortWord(); word != "name" {
		values.Set("sort", word)
	}
	if q.Page > 1 {
		values.Set("page", strconv.Itoa(q.Page))
	}
	return values
}

// SortWord returns the order as in a query: a column, with "-" before it for reverse.
func (q ProcessesQuery) SortWord() string {
	if q.Reverse {
		return "-" + q.Sort
	}
	return q.Sort
}

// SortedBy returns the query for the first page ordered by a column, in reverse if that
// is already the order.
func (q ProcessesQuery) SortedBy(column string) ProcessesQuery {
	q.Reverse = q.Sort == column && !q.Reverse
	q.Sort, q.Page = column, 1
	return q
}

// OnPage returns the query for another page.
func (q ProcessesQuery) OnPage(page int) ProcessesQuery {
	q.Page = page
	return q
}

// PageOfMatches sorts the matches in the query's order and returns those on its page.
func PageOfMatches(found []fleet.Match, q ProcessesQuery) []fleet.Match {
	from := (q.Page - 1) * PageRows
	fleet.Sort(found, columns()[q.Sort], q.Reverse, from, min(from+PageRows, len(found)))
	return OnPage(found, q.Page, PageRows)
}

// Path returns the local path of the query's page.
func (q ProcessesQuery) Path() string {
	return PathWith(q.Values(), "processes")
}
