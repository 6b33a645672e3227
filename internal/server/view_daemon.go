package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// daemonPage shows a node's supervisord itself and what can be done to it.
type daemonPage struct {
	view.Base
	Name     string
	Badge    view.Badge
	Up       bool
	Failure  *failureView
	Info     cesi.SupervisorInfo
	Address  string
	Contact  view.Contact
	Self     string // the program that this CeSI runs as there
	SelfBack bool   // it comes back after a reload
	Known    bool   // the node has answered since CeSI started
	Groups   []daemonGroup
	Total    int // groups, with those of other pages
	Pager    *view.Pager
}

// groupRows is how many groups a page of a supervisord shows, and how many changes
// a reread.
const groupRows = 500

// daemonGroup is a group that supervisord has.
type daemonGroup struct {
	RowID   string
	Node    string
	Name    string
	Page    string // local path of the page of the node that shows it
	Summary words.Phrase
	Self    bool
	Idle    bool // nothing of it runs, so that it can be removed
	Up      bool
}

// newDaemonPage shows a supervisord, and its groups a page at a time.
func newDaemonPage(base view.Base, n *fleet.Node, number int) daemonPage {
	page := daemonPage{
		Base: base.At("nodes", base.Say("supervisord on %s", n.Name)).Kept(),
		Name: n.Name, Badge: view.NewNodeBadge(n), Up: n.Status == fleet.Up, Failure: newFailureView(n),
		Info: n.Supervisor, Address: view.PlaceOf(n), Contact: view.NewContact(base.Now, n), Known: !n.LastContact.IsZero(),
	}
	if self, found := n.Self(); found {
		page.Self, page.SelfBack = self.String(), comesBack(self)
	}
	groups := groupsOf(n)
	pages := request.PageCount(len(groups), groupRows)
	number = min(number, pages)
	page.Total = len(groups)
	page.Pager = view.NewPager(words.Of("Page %d of %d"), number, pages, func(to int) string {
		return request.PathWith(request.PageValues(to), "nodes", n.Name, "daemon")
	})
	at := 0
	for i, members := range groups {
		if i/groupRows+1 == number {
			page.Groups = append(page.Groups, newDaemonGroup(n, members, nodePath(n.Name, at/nodeRows+1)))
		}
		at += len(members)
	}
	return page
}

// comesBack reports whether a reload brings this CeSI back.
func comesBack(self fleet.Process) bool { return self.Config == nil || self.Config.Autostart }

// newDaemonGroup shows a group of the node, whose processes page leads to.
func newDaemonGroup(n *fleet.Node, members []fleet.Process, page string) daemonGroup {
	name := members[0].Group
	group := daemonGroup{
		RowID: view.RowID("daemon-group", name), Node: n.Name, Name: name, Page: page, Summary: summary(members), Idle: true, Up: n.Status == fleet.Up,
	}
	for _, p := range members {
		group.Self = group.Self || p.Self
		group.Idle = group.Idle && !p.State.Active() && p.State != cesi.Stopping
	}
	return group
}

// rereadPage shows what an update would do.
type rereadPage struct {
	view.Base
	Name    string
	Heading string
	Broken  string // supervisord's words, where it can't read its configuration
	Changes []groupChange
	More    int    // changes that are not shown
	Self    string // the program that this CeSI runs as, where its group is among them
}

// groupChange is one group that differs.
type groupChange struct {
	Group  string
	Kind   string       // its colour
	Word   words.Phrase // added, changed, removed
	Effect words.Phrase // what an update does
	Self   bool
}

func newBrokenPage(base view.Base, n *fleet.Node, text string) rereadPage {
	heading := base.Say("The configuration can't be read")
	return rereadPage{Base: base.At("nodes", heading), Name: n.Name, Heading: heading, Broken: text}
}

func newRereadPage(base view.Base, n *fleet.Node, c cesi.Changes) rereadPage {
	page := rereadPage{Name: n.Name, Heading: base.Speaker.Tell(differ(c.Total(), request.Sanitize(n.Name)))}
	page.Base = base.At("nodes", page.Heading)
	self, found := n.Self()
	add := func(group, kind string, word words.Phrase, effect func() words.Phrase) {
		if len(page.Changes) == groupRows {
			page.More++
			return
		}
		change := groupChange{Group: group, Kind: kind, Word: word, Effect: effect(), Self: found && group == self.Group}
		if change.Self {
			page.Self = self.String()
		}
		page.Changes = append(page.Changes, change)
	}
	for _, group := range c.Removed {
		add(group, "bad", words.Of("removed"), func() words.Phrase {
			return words.Of("is not in the configuration any more: %s stopped, and forgotten", running(n, group))
		})
	}
	for _, group := range c.Changed {
		add(group, "warning", words.Of("changed"), func() words.Phrase {
			return words.Of("%s stopped, then it is added anew and starts", running(n, group))
		})
	}
	for _, group := range c.Added {
		add(group, "running", words.Of("added"), func() words.Phrase {
			return words.Of("is added, and starts unless it says autostart=false")
		})
	}
	return page
}

// differ says how many groups of a node differ.
func differ(n int, node string) words.Phrase {
	if n == 0 {
		return words.Of("Nothing has changed on %s", node)
	}
	return words.Of("%d groups differ on %s", n, node)
}

// running says how much of a group runs, for "… stopped".
func running(n *fleet.Node, group string) words.Phrase {
	count := 0
	for _, p := range n.Processes {
		if p.Group == group && p.State.Active() {
			count++
		}
	}
	if count == 0 {
		return words.Of("nothing of it runs that would be")
	}
	return words.Of("%d processes are", count)
}
