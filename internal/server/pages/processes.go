package pages

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ListProcesses lists the processes of the fleet that the query selects.
func (h *Handler) ListProcesses(r *http.Request) (Live, error) {
	q, err := request.ParseProcessesQuery(r.URL.Query())
	if err != nil {
		return Live{}, err
	}
	page := newProcessesPage(h.Base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return Live{Template: "processes", Page: page, Watches: refsOf(page.Rows)}, nil
}

// refsOf lists the processes of rows.
func refsOf(rows []fleetRow) []fleet.Ref {
	list := make([]fleet.Ref, len(rows))
	for i, row := range rows {
		list[i] = row.Ref()
	}
	return list
}

// processesPage lists processes of the whole fleet.
type processesPage struct {
	view.Base
	Query      request.ProcessesQuery
	Rows       []fleetRow
	Found      int // including other pages
	Total      int // without the filter
	Pickers    []picker
	Chips      []chip
	Columns    []column
	Orders     []choice
	Order      string      // one of Orders
	Pager      *view.Pager // nil if there is only one page
	Selectable bool
	Matching   []request.Field // sent by a command on all matching processes
	Empty      *emptyFleet     // set if no node is configured
}

// fleetRow is one process in a list of several nodes.
type fleetRow struct {
	view.ProcessRow
	Target       string // as its checkbox sends it
	GroupLink    string // local path of its group across the fleet
	Environments []string
	Stale        bool // of a node that does not answer
	Boxes        bool // the table has checkboxes, perhaps not for this row
}

// newProcessesPage lists the processes that the query selects. ConfigFile is shown if
// there are no nodes at all.
func newProcessesPage(base view.Base, s *fleet.Snapshot, q request.ProcessesQuery, configFile string) processesPage {
	found := s.Find(q.Filter)
	pages := request.PageCount(len(found), request.PageRows)
	q.Page = min(q.Page, pages)
	page := processesPage{
		Base: base.At("processes", base.Say("Processes")).AsLive(), Query: q,
		Found: len(found), Total: s.Counts.Total + s.Stale,
		Pickers: newPickers(s, q), Chips: newChips(s, q), Columns: newColumns(q),
		Orders: newOrders(q), Order: q.SortWord(),
		Empty:      newEmptyFleet(s, configFile),
		Selectable: base.CanControl() && len(found) > 0,
		Matching:   q.FilterFields(),
		Pager:      view.NewPager(cesi.T("Page %d of %d", q.Page, pages), q.Page, pages, func(n int) string { return q.OnPage(n).Path() }),
	}
	for _, m := range request.PageOfMatches(found, q) {
		row := newFleetRow(base, m)
		row.Boxes = page.Selectable
		page.Rows = append(page.Rows, row)
	}
	return page
}

func newFleetRow(base view.Base, m fleet.Match) fleetRow {
	row := fleetRow{
		ProcessRow: view.NewProcessRow(base, m.Node, *m.Process, base.BackPath()),
		Target:     fleet.TargetName(fleet.TargetProcess(m.Node.Name, m.Process.ProcessID)), Environments: m.Node.Environments,
		GroupLink: request.GroupPath(m.Process.Group, ""), Stale: m.Node.Status != fleet.Up,
	}
	row.AriaName = cesi.T("%s on %s", row.AriaName, request.Sanitize(row.Node))
	if row.Stale {
		row.Ago = view.Elapsed{}
		row.Reason = cesi.T("as of %s; the node does not answer", view.When(base.Now, m.Node.LastContact))
	}
	return row
}
