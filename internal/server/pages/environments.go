package pages

import (
	"net/http"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ListEnvironments lists the environments.
func (h *Handler) ListEnvironments(r *http.Request) (Live, error) {
	page := newEnvironmentsPage(h.Base(r), h.Fleet.Snapshot(), h.configFile(r))
	return Live{Template: "environments", Page: page}, nil
}

// ShowEnvironment shows the nodes of one environment and their processes.
func (h *Handler) ShowEnvironment(r *http.Request) (Live, error) {
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return Live{}, err
	}
	snapshot := h.Fleet.Snapshot()
	name, err := findEnvironment(snapshot, r)
	if err != nil {
		return Live{}, err
	}
	page := newEnvironmentPage(h.Base(r), snapshot, name, number)
	return Live{Template: "environment", Page: page, Watches: refsOf(page.Processes)}, nil
}

// findEnvironment returns the environment named in the path.
func findEnvironment(snapshot *fleet.Snapshot, r *http.Request) (string, error) {
	name := request.Param(r, "environment")
	configured := slices.ContainsFunc(snapshot.Environments, func(e cesi.Environment) bool { return e.Name == name })
	if members, _ := snapshot.Members(name); !configured && len(members) == 0 {
		return "", cesi.Errorf(cesi.NotFound, "there is no environment %q", name)
	}
	return name, nil
}

// environmentsPage lists the environments.
type environmentsPage struct {
	view.Base
	Rows       []environmentRow
	Elsewhere  int // nodes without environment
	ConfigFile string
	Empty      *emptyFleet
}

func newEnvironmentsPage(base view.Base, s *fleet.Snapshot, configFile string) environmentsPage {
	page := environmentsPage{
		Base: base.At("environments", base.Say("Environments")).AsLive(),
		Rows: newEnvironmentRows(s), ConfigFile: configFile, Empty: newEmptyFleet(s, configFile),
	}
	for _, n := range s.Nodes {
		if len(n.Environments) == 0 {
			page.Elsewhere++
		}
	}
	return page
}

// environmentPage shows the nodes of an environment and their processes.
type environmentPage struct {
	view.Base
	environmentRow
	Words      []view.LinkedCount
	Parts      []view.NodeSummaryRow
	Pager      *view.Pager
	Processes  []fleetRow // worst first
	Found      int        // including those not shown
	All        string     // local path of all of them
	Groups     string     // local path of its groups
	AllActions []view.SetAction
	Selectable bool
}

// newEnvironmentPage shows an environment of the snapshot. Page is the page of its
// nodes.
func newEnvironmentPage(base view.Base, s *fleet.Snapshot, name string, page int) environmentPage {
	nodes, counts := s.Members(name)
	q := request.ProcessesQuery{Filter: fleet.Filter{Environment: name}, Sort: "state", Page: 1}
	pages := request.PageCount(len(nodes), request.PageRows)
	page = min(page, pages)
	found := s.Find(q.Filter)
	p := environmentPage{
		Base: base.At("environments", name).AsLive(), environmentRow: newEnvironmentRow(s, name),
		Words: view.LinkedCounts(counts, request.ProcessesQuery{Filter: q.Filter, Sort: "name"}), Found: len(found), All: q.Path(),
		Groups: request.GroupsQuery{Environment: name, Page: 1}.Path(1),
		Pager:  view.NewPager(cesi.T("Nodes: page %d of %d", page, pages), page, pages, func(n int) string { return environmentPath(name, n) }),
	}
	if base.CanControl() && p.environmentRow.NodesUp > 0 && len(found) > 0 {
		scope := request.ScopeOf(fleet.ScopeEnvironment, name, "")
		p.AllActions = view.NewSetActions(cesi.Text{}, cesi.Text{}, func(action cesi.Action) string {
			return scope.QuestionPath(action, base.BackPath())
		})
	}
	for _, n := range request.OnPage(nodes, page, request.PageRows) {
		row := view.NewNodeSummaryRow(base, n, fleet.Target{Node: n.Name}, n.Counts)
		row.Environments = nil // the page is about this one
		p.Parts = append(p.Parts, row)
		p.Selectable = p.Selectable || row.Selectable
	}
	for _, m := range request.PageOfMatches(found, q) {
		row := newFleetRow(base, m)
		row.Boxes, row.Environments = p.Selectable, nil
		p.Processes = append(p.Processes, row)
	}
	return p
}

func environmentPath(name string, page int) string {
	return request.PathWith(request.PageValues(page), "environments", name)
}
