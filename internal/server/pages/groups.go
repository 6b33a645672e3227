package pages

import (
	"net/http"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ListGroups lists the groups of the fleet.
func (h *Handler) ListGroups(r *http.Request) (Live, error) {
	q, err := request.ParseGroupsQuery(r.URL.Query())
	if err != nil {
		return Live{}, err
	}
	page := newGroupsPage(h.Base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return Live{Template: "groups", Page: page}, nil
}

// ShowGroup shows one group across the fleet, or in an environment.
func (h *Handler) ShowGroup(r *http.Request) (Live, error) {
	q, err := request.ParseGroupQuery(r.URL.Query())
	if err != nil {
		return Live{}, err
	}
	group, err := h.Requests.FindGroup(r)
	if err != nil {
		return Live{}, err
	}
	part, found := group.In(q.Environment)
	if !found {
		return Live{}, cesi.Errorf(cesi.NotFound, "there is no group %q in environment %q", group.Name, q.Environment)
	}
	page := newGroupPage(h.Base(r), group, part, q)
	return Live{Template: "group", Page: page, Watches: page.watches()}, nil
}

// groupsPage lists the groups of the fleet.
type groupsPage struct {
	view.Base
	Query   request.GroupsQuery
	Rows    []groupRow
	Found   int
	Total   int
	Pickers []picker
	Chips   []chip
	Pager   *view.Pager
	Empty   *emptyFleet
}

// groupRow summarizes one group, or its part in the wanted environment.
type groupRow struct {
	RowID        string
	Name         string
	Link         string // local path
	Processes    string // local path of its processes
	Nodes        int
	Silent       int // its nodes that do not answer
	Environments []string
	Bar          view.Bar
	Words        []view.StateCount
	Attention    int
}

// newGroupsPage lists the groups that the query selects, by name.
func newGroupsPage(base view.Base, s *fleet.Snapshot, q request.GroupsQuery, configFile string) groupsPage {
	page := groupsPage{
		Base: base.At("groups", base.Say("Groups")).AsLive(), Total: len(s.Groups()), Empty: newEmptyFleet(s, configFile),
	}
	page.Pickers = pickersWithChoices(newPicker("environment", cesi.T("Environment"), cesi.T("all environments"), q.Environment, request.EnvironmentNames(s)))
	groups, bad := findGroups(s, q)
	if bad > 0 || q.Attention {
		page.Chips = []chip{attentionChip(bad, q.Attention)}
	}
	pages := request.PageCount(len(groups), request.PageRows)
	q.Page = min(q.Page, pages)
	page.Query, page.Found, page.Pager = q, len(groups), view.NewPager(cesi.T("Page %d of %d", q.Page, pages), q.Page, pages, q.Path)
	for _, g := range request.OnPage(groups, q.Page, request.PageRows) {
		page.Rows = append(page.Rows, newGroupRow(g, q.Environment))
	}
	return page
}

// findGroups returns the groups that the query selects, each limited to the query's
// environment, and how many of them need attention, whether or not the query asks for
// that.
func findGroups(s *fleet.Snapshot, q request.GroupsQuery) (found []*fleet.Group, bad int) {
	text := strings.ToLower(q.Text)
	for _, group := range s.Groups() {
		g, there := group.In(q.Environment)
		if !there || !strings.Contains(strings.ToLower(g.Name), text) {
			continue
		}
		if g.Counts.Bad > 0 {
			bad++
		} else if q.Attention {
			continue
		}
		found = append(found, g)
	}
	return found, bad
}

func newGroupRow(g *fleet.Group, environment string) groupRow {
	row := groupRow{
		RowID: view.RowID("group", g.Name), Name: g.Name, Link: request.GroupPath(g.Name, environment),
		Processes: request.GroupProcesses(g.Name, environment).Path(),
		Nodes:     len(g.Parts), Bar: view.NewCountsBar(g.Counts), Words: view.NewStateCounts(g.Counts), Attention: g.Counts.Bad,
	}
	for _, part := range g.Parts {
		if part.Node.Status != fleet.Up {
			row.Silent++
		}
	}
	row.Environments = environmentsOf(g)
	return row
}

// environmentsOf lists the environments that a group is in, each once.
func environmentsOf(g *fleet.Group) []string {
	var names []string
	seen := make(map[string]bool)
	for _, part := range g.Parts {
		for _, name := range part.Node.Environments {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}
