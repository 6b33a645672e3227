package server

import (
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// pageRows is how many processes a page of the list shows.
const pageRows = 100

// processesPage lists processes of the whole fleet.
type processesPage struct {
	basePage
	Query      processesQuery
	Rows       []fleetRow
	Found      int // with those on other pages
	Total      int // without the filter
	Pickers    []picker
	Chips      []chip
	Columns    []column
	Orders     []choice
	Order      string // one of Orders
	Pager      *pager // nil where one page holds all
	Selectable bool
	Matching   []field     // what a command on all that match carries
	Empty      *emptyFleet // set while no node is configured
}

// fleetRow is one process in a list that spans nodes.
type fleetRow struct {
	processRow
	Target       string // as its box sends it
	GroupLink    string // local path of its group across the fleet
	Environments []string
	Stale        bool // of a node that does not answer
	Boxes        bool // the table has boxes, though perhaps not for this row
}

// newProcessesPage lists the processes that the query takes. ConfigFile is named
// where there is no node at all.
func newProcessesPage(base basePage, s *fleet.Snapshot, q processesQuery, configFile string) processesPage {
	found := s.Find(q.Filter)
	q.Page = min(q.Page, pagesOf(len(found), pageRows))
	page := processesPage{
		basePage: base.at("processes", base.say("Processes")).kept(), Query: q,
		Found: len(found), Total: s.Counts.Total + s.Stale,
		Pickers: newPickers(s, q), Chips: newChips(s, q), Columns: newColumns(q),
		Orders: newOrders(q), Order: q.sortWord(),
		Empty:      newEmptyFleet(s, configFile),
		Selectable: base.CanControl() && len(found) > 0,
		Matching:   q.filterFields(),
		Pager:      newPager(words.Of("Page %d of %d"), q.Page, pagesOf(len(found), pageRows), func(n int) string { return q.onPage(n).path() }),
	}
	for _, m := range pageOf(found, q) {
		row := newFleetRow(base, m)
		row.Boxes = page.Selectable
		page.Rows = append(page.Rows, row)
	}
	return page
}

// pageOf puts the matches in the query's order and returns those on its page.
func pageOf(found []fleet.Match, q processesQuery) []fleet.Match {
	from := (q.Page - 1) * pageRows
	fleet.Sort(found, columns()[q.Sort], q.Reverse, from, min(from+pageRows, len(found)))
	return onPage(found, q.Page, pageRows)
}

func newFleetRow(base basePage, m fleet.Match) fleetRow {
	row := fleetRow{
		processRow: newProcessRow(base, m.Node, *m.Process),
		Target:     targetName(fleet.TargetProcess(m.Node.Name, m.Process.ProcessID)), Environments: m.Node.Environments,
		GroupLink: groupPath(m.Process.Group, ""), Stale: m.Node.Status != fleet.Up,
	}
	row.Spoken = words.Of("%s on %s", row.Spoken, plain(row.Node))
	row.Back = base.WayBack()
	if row.Stale {
		row.Ago = lasting{}
		row.Reason = words.Of("as of %s; the node does not answer", when(base.Now, m.Node.LastContact))
	}
	return row
}
