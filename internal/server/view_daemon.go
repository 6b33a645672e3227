package server

import (
	"fmt"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// daemonPage shows a node's supervisord itself and what can be done to it.
type daemonPage struct {
	basePage
	Name     string
	Badge    badge
	Up       bool
	Failure  *failureView
	Info     cesi.SupervisorInfo
	Address  string
	Contact  contact
	Self     string // the program that this CeSI runs as there
	SelfBack bool   // it comes back after a reload
	Groups   []daemonGroup
}

// daemonGroup is a group that supervisord has.
type daemonGroup struct {
	RowID   string
	Node    string
	Name    string
	Summary words.Phrase
	Self    bool
	Idle    bool // nothing of it runs, so that it can be removed
	Up      bool
}

func newDaemonPage(base basePage, n *fleet.Node) daemonPage {
	page := daemonPage{
		basePage: base.at("nodes", "supervisord on "+n.Name).kept(),
		Name:     n.Name, Badge: newNodeBadge(n), Up: n.Status == fleet.Up, Failure: newFailureView(n),
		Info: n.Supervisor, Address: placeOf(n), Contact: newContact(base.Now, n),
	}
	if self, found := n.Self(); found {
		page.Self, page.SelfBack = self.String(), comesBack(self)
	}
	for _, g := range newProcessGroups(n, false) {
		page.Groups = append(page.Groups, newDaemonGroup(n, g))
	}
	return page
}

// comesBack reports whether a reload brings this CeSI back.
func comesBack(self fleet.Process) bool { return self.Config == nil || self.Config.Autostart }

func newDaemonGroup(n *fleet.Node, g processGroup) daemonGroup {
	group := daemonGroup{
		RowID: rowID("daemon-group", g.Name), Node: n.Name, Name: g.Name, Summary: g.Summary, Idle: true, Up: n.Status == fleet.Up,
	}
	for _, p := range n.Processes {
		if p.Group == g.Name {
			group.Self = group.Self || p.Self
			group.Idle = group.Idle && !p.State.Active() && p.State != cesi.Stopping
		}
	}
	return group
}

// rereadPage shows what an update would do.
type rereadPage struct {
	basePage
	Name    string
	Heading string
	Broken  string // supervisord's words, where it can't read its configuration
	Changes []groupChange
	Self    string // the program that this CeSI runs as, where its group is among them
}

// groupChange is one group that differs.
type groupChange struct {
	Group  string
	Kind   string // its colour
	Word   string // added, changed, removed
	Effect string // what an update does
	Self   bool
}

func newBrokenPage(base basePage, n *fleet.Node, text string) rereadPage {
	heading := "The configuration can't be read"
	return rereadPage{basePage: base.at("nodes", heading), Name: n.Name, Heading: heading, Broken: text}
}

func newRereadPage(base basePage, n *fleet.Node, c cesi.Changes) rereadPage {
	page := rereadPage{Name: n.Name, Heading: differ(c.Total()) + " on " + plain(n.Name)}
	page.basePage = base.at("nodes", page.Heading)
	self, found := n.Self()
	add := func(group, kind, word, effect string) {
		change := groupChange{Group: group, Kind: kind, Word: word, Effect: effect, Self: found && group == self.Group}
		if change.Self {
			page.Self = self.String()
		}
		page.Changes = append(page.Changes, change)
	}
	for _, group := range c.Removed {
		add(group, "bad", "removed", fmt.Sprintf("is not in the configuration any more: %s stopped, and forgotten", running(n, group)))
	}
	for _, group := range c.Changed {
		add(group, "warning", "changed", fmt.Sprintf("%s stopped, then it is added anew and starts", running(n, group)))
	}
	for _, group := range c.Added {
		add(group, "running", "added", "is added, and starts unless it says autostart=false")
	}
	return page
}

func differ(n int) string {
	switch n {
	case 0:
		return "Nothing has changed"
	case 1:
		return "1 group differs"
	default:
		return number(n) + " groups differ"
	}
}

// running says how much of a group runs: "what runs of it (2 processes) is".
func running(n *fleet.Node, group string) string {
	count := 0
	for _, p := range n.Processes {
		if p.Group == group && p.State.Active() {
			count++
		}
	}
	switch count {
	case 0:
		return "nothing of it runs that would be"
	case 1:
		return "1 process is"
	default:
		return number(count) + " processes are"
	}
}
