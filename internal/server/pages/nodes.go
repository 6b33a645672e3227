package pages

import (
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ListNodes lists the nodes that the query selects.
func (h *Handler) ListNodes(r *http.Request) (Live, error) {
	q, err := request.ParseNodesQuery(r.URL.Query())
	if err != nil {
		return Live{}, err
	}
	page := newNodesPage(h.Base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return Live{Template: "nodes", Page: page}, nil
}

// choice is an option of a select element.
type choice struct {
	Value string
	Label cesi.Text
}

// nodeStates are the states for the filter.
func nodeStates() []choice {
	return []choice{
		{"up", cesi.T("answering")},
		{"down", cesi.T("not answering")},
		{"attention", cesi.T("needing attention")},
		{"connecting", cesi.T("connecting")},
	}
}

// nodesPage lists the nodes.
type nodesPage struct {
	view.Base
	Query        request.NodesQuery
	Rows         []nodeRow
	Found        int // including other pages
	Total        int // without the filter
	Environments []string
	States       []choice
	Pager        *view.Pager
	Empty        *emptyFleet // set if no node is configured
}

// newNodesPage lists the nodes that the query selects, in the order of the
// configuration. ConfigFile is shown if there are none at all.
func newNodesPage(base view.Base, s *fleet.Snapshot, q request.NodesQuery, configFile string) nodesPage {
	page := nodesPage{
		Base:  base.At("nodes", base.Say("Nodes")).AsLive(),
		Total: len(s.Nodes), Environments: request.EnvironmentNames(s), States: nodeStates(), Empty: newEmptyFleet(s, configFile),
	}
	var found []*fleet.Node
	for _, n := range s.Nodes {
		if q.Matches(n) {
			found = append(found, n)
		}
	}
	pages := request.PageCount(len(found), request.PageRows)
	q.Page = min(q.Page, pages)
	page.Query, page.Found, page.Pager = q, len(found), view.NewPager(cesi.T("Page %d of %d", q.Page, pages), q.Page, pages, q.Path)
	for _, n := range request.OnPage(found, q.Page, request.PageRows) {
		page.Rows = append(page.Rows, newNodeRow(base.Now, n))
	}
	return page
}

// nodeRow is one node in the list of nodes.
type nodeRow struct {
	RowID        string
	Name         string
	Address      string
	Environments []string
	Badge        view.Badge
	Version      string
	Bar          view.Bar
	Words        []view.StateCount
	Contact      view.Contact
	Stale        bool
	Down         bool
	Failure      *failureView
}

func newNodeRow(now time.Time, n *fleet.Node) nodeRow {
	return nodeRow{
		RowID: view.RowID("node", n.Name),
		Name:  n.Name, Address: view.PlaceOf(n), Environments: n.Environments, Badge: view.NewNodeBadge(n),
		Version: n.Supervisor.Version, Bar: view.NewCountsBar(n.Counts), Words: view.NewStateCounts(n.Counts),
		Contact: view.NewContact(now, n),
		Stale:   n.Stale(), Down: n.Status == fleet.Down, Failure: newFailureView(n),
	}
}
