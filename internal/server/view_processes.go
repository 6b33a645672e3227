package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
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
	NodeRowID    string // the process's row on its node's page
	Environments []string
	Stale        bool // of a node that does not answer
	Boxes        bool // the table has boxes, though perhaps not for this row
}

// newProcessesPage lists the processes that the query takes. ConfigFile is named
// where there is no node at all.
func newProcessesPage(base basePage, s *fleet.Snapshot, q processesQuery, configFile string) processesPage {
	found := s.Find(q.Filter)
	q.Page = min(q.Page, pagesOf(len(found)))
	page := processesPage{
		basePage: base.at("processes", "Processes").refreshing(), Query: q,
		Found: len(found), Total: s.Counts.Total + s.Stale,
		Pickers: newPickers(s, q), Chips: newChips(s, q), Columns: newColumns(q),
		Orders: newOrders(q), Order: q.sortWord(),
		Pager: newPager(q, len(found)), Empty: newEmptyFleet(s, configFile),
		Selectable: base.CanControl() && len(found) > 0,
		Matching:   q.filterFields(),
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
	from := min((q.Page-1)*pageRows, len(found))
	to := min(from+pageRows, len(found))
	fleet.Sort(found, columns()[q.Sort], q.Reverse, from, to)
	return found[from:to]
}

func pagesOf(found int) int { return max((found+pageRows-1)/pageRows, 1) }

func newFleetRow(base basePage, m fleet.Match) fleetRow {
	row := fleetRow{
		processRow: newProcessRow(m.Node, *m.Process, base.CanControl()),
		Target:     targetName(fleet.TargetProcess(m.Node.Name, m.Process.ProcessID)), Environments: m.Node.Environments,
		Stale: m.Node.Status != fleet.Up,
	}
	row.NodeRowID, row.RowID = row.RowID, rowID("process", m.Node.Name, row.ID)
	row.Spoken += " on " + plain(row.Node)
	row.Back = base.Here
	if row.Stale {
		row.Reason = "as of " + when(base.Now, m.Node.LastContact) + "; the node does not answer"
	}
	return row
}

// chip is a state to filter by, with how many are in it among those that the
// rest of the filter takes.
type chip struct {
	Name, Value string // of the field
	Label, Kind string
	Count       int
	Checked     bool
}

// newChips offers what needs attention, and each state that occurs or is asked
// for.
func newChips(s *fleet.Snapshot, q processesQuery) []chip {
	wide := q.Filter
	wide.States, wide.Attention = nil, fleet.AnyAttention
	counts, bad := make(map[cesi.State]int), 0
	for _, m := range s.Find(wide) {
		if m.Node.Status != fleet.Up {
			continue // what it does now is not known
		}
		counts[m.Process.State]++
		if m.Process.Severity() > 0 {
			bad++
		}
	}
	chips := []chip{{Name: "attention", Value: "yes", Label: "needs attention", Kind: "bad", Count: bad, Checked: q.Attention == fleet.NeedsAttention}}
	if q.Attention == fleet.NeedsNone {
		chips = append(chips, chip{Name: "attention", Value: "no", Label: "as expected", Kind: "idle", Count: total(counts) - bad, Checked: true})
	}
	for _, state := range []cesi.State{cesi.Running, cesi.Starting, cesi.Stopping, cesi.Stopped, cesi.Exited, cesi.Backoff, cesi.Fatal, cesi.Unknown} {
		checked := q.wants(state)
		if counts[state] > 0 || checked {
			chips = append(chips, chip{Name: "state", Value: state.String(), Label: state.String(),
				Kind: newProcessBadge(cesi.Process{State: state}).Kind, Count: counts[state], Checked: checked})
		}
	}
	return chips
}

func total(counts map[cesi.State]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}
