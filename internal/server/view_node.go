package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// nodePage shows one node and all its processes.
type nodePage struct {
	basePage
	Name         string
	Address      string
	Environments []string
	Badge        badge
	Version      string // supervisord's
	Identity     string // how supervisord names itself, unless as always
	Contact      contact
	Groups       []processGroup
	Up           bool
	Connecting   bool
	Stale        bool
	Failure      *failureView
	Replaced     words.Phrase // says that it is another machine; empty where it is not
	Selectable   bool
}

// processGroup is a group of a node's processes. One of several processes has a
// heading and actions of its own.
type processGroup struct {
	RowID   string
	Node    string
	Name    string
	Link    string // local path of the group across the fleet
	Many    bool
	Summary words.Phrase
	Columns int           // that the heading spans
	Actions []cesi.Action // none while they can't be done
	Rows    []processRow
}

// newNodePage shows a node as the snapshot has it.
func newNodePage(base basePage, n *fleet.Node) nodePage {
	base = base.at("nodes", n.Name).kept()
	page := nodePage{
		basePage: base,
		Name:     n.Name, Address: placeOf(n), Environments: n.Environments, Badge: newNodeBadge(n),
		Version: n.Supervisor.Version, Contact: newContact(base.Now, n),
		Groups: newProcessGroups(base, n),
		Up:     n.Status == fleet.Up, Connecting: n.Status == fleet.Connecting, Stale: n.Stale(),
		Failure: newFailureView(n), Selectable: base.CanControl() && n.Status == fleet.Up && len(n.Processes) > 0,
	}
	if id := n.Supervisor.Identification; id != "supervisor" {
		page.Identity = id
	}
	if r := n.Replaced; r != nil && base.Now.Sub(r.Since) < cesi.Day {
		page.Replaced = replacement(base, *r)
	}
	return page
}

// replacement says that the node is another machine than before.
func replacement(base basePage, r fleet.Replacement) words.Phrase {
	since := when(base.Now, r.Since)
	if r.From == r.To {
		return words.Of("Since %s this is another machine or supervisord than before.", since)
	}
	return words.Of("Since %s this is another machine or supervisord than before: its name stood for %s, and now stands for %s.",
		since, plain(r.From), plain(r.To))
}

// newProcessGroups splits a node's processes, which are sorted by group.
func newProcessGroups(base basePage, n *fleet.Node) []processGroup {
	var groups []processGroup
	for _, p := range n.Processes {
		if len(groups) == 0 || groups[len(groups)-1].Name != p.Group {
			groups = append(groups, newProcessGroup(n, p.Group, base.CanControl()))
		}
		g := &groups[len(groups)-1]
		g.Rows = append(g.Rows, newProcessRow(base, n, p))
	}
	for i := range groups {
		groups[i].Many = len(groups[i].Rows) > 1
		groups[i].Summary = summary(groups[i].Rows)
	}
	return groups
}

func newProcessGroup(n *fleet.Node, name string, control bool) processGroup {
	g := processGroup{RowID: rowID("group", name), Node: n.Name, Name: name, Link: groupPath(name, ""), Columns: 5}
	if control && n.Status == fleet.Up {
		g.Columns++ // the boxes to select with
		g.Actions = []cesi.Action{cesi.ActionStart, cesi.ActionStop, cesi.ActionRestart}
	}
	return g
}

// summary counts rows by state in words: "4 processes, 2 RUNNING, 1 FATAL".
func summary(rows []processRow) words.Phrase {
	counts := make(map[string]int)
	for _, row := range rows {
		counts[row.Badge.Word.String()]++
	}
	if counts[cesi.Running.String()] == len(rows) {
		return words.Of("%d processes, all RUNNING", len(rows))
	}
	parts := []words.Phrase{words.Of("%d processes", len(rows))}
	for _, state := range cesi.States() {
		if c := counts[state.String()]; c > 0 {
			parts = append(parts, words.Of("%d %s", c, state.String()))
		}
	}
	return listed(parts)
}
