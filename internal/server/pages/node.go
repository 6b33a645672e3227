package pages

import (
	"net/http"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ShowNode shows a node and its processes.
func (h *Handler) ShowNode(r *http.Request) (Live, error) {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return Live{}, err
	}
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return Live{}, err
	}
	page := newNodePage(h.Base(r), n, number)
	return Live{Template: "node", Page: page, Watches: page.watches()}, nil
}

// watches lists the processes with a row.
func (p nodePage) watches() []fleet.Ref {
	var list []fleet.Ref
	for _, group := range p.Groups {
		for _, row := range group.Rows {
			list = append(list, row.Ref())
		}
	}
	return list
}

// nodePage shows one node and all its processes.
type nodePage struct {
	view.Base
	Name         string
	Address      string
	Environments []string
	Badge        view.Badge
	Version      string // of supervisord
	Identity     string // supervisord's identification, unless it is the default
	Contact      view.Contact
	Following    cesi.Text // whether its main log is followed, or why not
	Groups       []processGroup
	Up           bool
	Connecting   bool
	Stale        bool
	Failure      *failureView
	AllActions   []view.SetAction // on all processes; empty without permission
	Replaced     cesi.Text        // says that it is another machine now; else empty
	Selectable   bool
	Shown        int         // processes on all pages
	Omitted      int         // processes of the node that CeSI leaves out
	Pager        *view.Pager // nil: there is only one page
}

// processGroup is a group of a node's processes. A group of several processes has its
// own heading and actions.
type processGroup struct {
	RowID   string
	Name    string
	Link    string // local path of the group across the fleet
	Many    bool
	Summary cesi.Text
	Columns int              // of the heading
	Actions []view.SetAction // empty while impossible
	Rows    []view.ProcessRow
}

// NodeRows is how many processes a page of a node shows.
const NodeRows = 500

// newNodePage shows a node of the snapshot, and one page of its processes.
func newNodePage(base view.Base, n *fleet.Node, number int) nodePage {
	base = base.At("nodes", n.Name).AsLive()
	pages := request.PageCount(len(n.Processes), NodeRows)
	number = min(number, pages)
	page := nodePage{
		Base: base,
		Name: n.Name, Address: view.PlaceOf(n), Environments: n.Environments, Badge: view.NewNodeBadge(n),
		Version: n.Supervisor.Version, Contact: view.NewContact(base.Now, n), Following: followingText(n),
		Groups: newProcessGroups(base, n, number), Omitted: n.Omitted, Shown: len(n.Processes),
		Pager: view.NewPager(cesi.T("Page %d of %d", number, pages), number, pages, func(to int) string { return nodePath(n.Name, to) }),
		Up:    n.Status == fleet.Up, Connecting: n.Status == fleet.Connecting, Stale: n.Stale(),
		Failure: newFailureView(n), Selectable: base.CanControl() && n.Status == fleet.Up && len(n.Processes) > 0,
	}
	if base.CanControl() && len(page.Groups) > 0 {
		page.AllActions = view.NewSetActions(cesi.Text{}, cesi.Text{}, func(action cesi.Action) string {
			if !page.Up {
				return ""
			}
			return request.NodeQuestion(n.Name, action, base.BackPath())
		})
	}
	if id := n.Supervisor.Identification; id != "supervisor" {
		page.Identity = id
	}
	if r := n.Replaced; r != nil && base.Now.Sub(r.Since) < cesi.Day {
		page.Replaced = replacement(base, *r)
	}
	return page
}

// replacement says that the node is now another machine.
func replacement(base view.Base, r fleet.Replacement) cesi.Text {
	since := view.When(base.Now, r.Since)
	if r.From == r.To {
		return cesi.T("Since %s this is another machine or supervisord than before.", since)
	}
	return cesi.T("Since %s this is another machine or supervisord than before: its name stood for %s, and now stands for %s.",
		since, request.Sanitize(r.From), request.Sanitize(r.To))
}

// Named is how many processes the node has.
func (p nodePage) Named() int { return p.Shown + p.Omitted }

// nodePath returns the local path of a page of a node.
func nodePath(name string, page int) string {
	return request.PathWith(request.PageValues(page), "nodes", name)
}

// groupsOf splits a node's processes, which are sorted by group.
func groupsOf(n *fleet.Node) [][]fleet.Process {
	var groups [][]fleet.Process
	for list := n.Processes; len(list) > 0; {
		end := slices.IndexFunc(list, func(p fleet.Process) bool { return p.Group != list[0].Group })
		if end < 0 {
			end = len(list)
		}
		groups = append(groups, list[:end])
		list = list[end:]
	}
	return groups
}

// newProcessGroups shows the groups with processes on a page. Their headings and
// actions are for the whole group.
func newProcessGroups(base view.Base, n *fleet.Node, page int) []processGroup {
	var groups []processGroup
	first, end := (page-1)*NodeRows, page*NodeRows
	at := 0
	for _, members := range groupsOf(n) {
		from, to := max(first-at, 0), min(end-at, len(members))
		at += len(members)
		if from >= to {
			continue
		}
		back := nodePath(n.Name, page)
		g := newProcessGroup(n, members, base.CanControl(), back)
		for _, p := range members[from:to] {
			g.Rows = append(g.Rows, view.NewProcessRow(base, n, p, back))
		}
		groups = append(groups, g)
	}
	return groups
}

// groupRowID returns the id of a group's heading.
func groupRowID(group string) string { return view.RowID("group", group) }

func newProcessGroup(n *fleet.Node, members []fleet.Process, control bool, back string) processGroup {
	name := members[0].Group
	g := processGroup{
		RowID: groupRowID(name), Name: name, Link: request.GroupPath(name, ""), Columns: 5,
		Many: len(members) > 1, Summary: summary(members),
	}
	if control && n.Status == fleet.Up {
		g.Columns++ // for the checkboxes
		all, short := cesi.T("all of group %s", request.Sanitize(name)), cesi.T("the group")
		g.Actions = view.NewSetActions(all, short, func(action cesi.Action) string {
			return request.NodeQuestion(n.Name, action, back, request.Field{Name: "group", Value: name})
		})
	}
	return g
}

// summary counts processes by state: "4 processes, 2 RUNNING, 1 FATAL".
func summary(list []fleet.Process) cesi.Text {
	counts := make(map[string]int)
	for _, p := range list {
		counts[view.NewProcessBadge(p.Process).Word.String()]++
	}
	if counts[cesi.Running.String()] == len(list) {
		return cesi.T("%d processes, all RUNNING", len(list))
	}
	parts := []cesi.Text{cesi.T("%d processes", len(list))}
	for _, state := range cesi.States() {
		if c := counts[state.String()]; c > 0 {
			parts = append(parts, cesi.T("%d %s", c, state.String()))
		}
	}
	return cesi.List(parts...)
}

// followingText says whether the node's main log is followed. It is empty while that is
// not known yet, and for a node that does not answer.
func followingText(n *fleet.Node) cesi.Text {
	switch {
	case n.Status != fleet.Up:
		return cesi.Text{}
	case n.Following.On:
		return cesi.T("followed")
	case n.Following.Why.ID != "":
		return cesi.T("not followed: %s", n.Following.Why)
	default:
		return cesi.Text{}
	}
}
