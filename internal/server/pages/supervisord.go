package pages

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ShowSupervisord shows a node's supervisord and the commands for it.
func (h *Handler) ShowSupervisord(r *http.Request) (Live, error) {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return Live{}, err
	}
	number, err := request.ParsePage(r.URL.Query().Get("page"))
	if err != nil {
		return Live{}, err
	}
	return Live{Template: "daemon", Page: newDaemonPage(h.Base(r), n, number)}, nil
}

// Reread makes the node's supervisord read its configuration again, which applies
// nothing, and shows what an update would do.
func (h *Handler) Reread(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	changes, err := h.Fleet.Reread(r.Context(), n.Name)
	if cesi.FaultOf(err) == cesi.FaultCantReread {
		return h.Renderer.Render(w, http.StatusUnprocessableEntity, "reread", newBrokenPage(h.Base(r), n, cesi.TextOf(err).String()))
	}
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "reread", newRereadPage(h.Base(r), n, changes))
}

// daemonPage shows a node's supervisord and the commands for it.
type daemonPage struct {
	view.Base
	Name     string
	Badge    view.Badge
	Up       bool
	Failure  *failureView
	Info     cesi.SupervisorInfo
	Address  string
	Contact  view.Contact
	Self     string // the process that is this CeSI
	SelfBack bool   // it starts again after a reload
	Known    bool   // the node has answered since CeSI started
	// Local paths of confirmations.
	ClearLog, ClearLogs, Reload, Shutdown string
	Groups                                []daemonGroup
	Total                                 int // number of groups, including other pages
	Pager                                 *view.Pager
}

// groupRows is the number of groups on a page of a supervisord, and of changes on a
// page of a reread.
const groupRows = 500

// daemonGroup is a group of supervisord.
type daemonGroup struct {
	RowID   string
	Name    string
	Link    string // local path of its row on the node's page
	Summary cesi.Text
	Self    bool
	Remove  string // local path of the confirmation to remove it; empty while impossible
}

// newDaemonPage shows a supervisord, and one page of its groups.
func newDaemonPage(base view.Base, n *fleet.Node, number int) daemonPage {
	page := daemonPage{
		Base: base.At("nodes", base.Say("supervisord on %s", n.Name)).AsLive(),
		Name: n.Name, Badge: view.NewNodeBadge(n), Up: n.Status == fleet.Up, Failure: newFailureView(n),
		Info: n.Supervisor, Address: view.PlaceOf(n), Contact: view.NewContact(base.Now, n), Known: !n.LastContact.IsZero(),
		ClearLog:  request.SupervisordQuestion(n.Name, cesi.ActionClearMainLog, ""),
		ClearLogs: request.NodeQuestion(n.Name, cesi.ActionClearLogs, base.BackPath()),
		Reload:    request.SupervisordQuestion(n.Name, cesi.ActionReload, ""),
		Shutdown:  request.SupervisordQuestion(n.Name, cesi.ActionShutdown, ""),
	}
	if self, found := n.OwnProcess(); found {
		page.Self, page.SelfBack = self.String(), comesBack(self)
	}
	groups := groupsOf(n)
	pages := request.PageCount(len(groups), groupRows)
	number = min(number, pages)
	page.Total = len(groups)
	page.Pager = view.NewPager(cesi.T("Page %d of %d", number, pages), number, pages, func(to int) string {
		return request.PathWith(request.PageValues(to), "nodes", n.Name, "daemon")
	})
	at := 0
	for i, members := range groups {
		if i/groupRows+1 == number {
			page.Groups = append(page.Groups, newDaemonGroup(n, members, nodePath(n.Name, at/NodeRows+1)))
		}
		at += len(members)
	}
	return page
}

// comesBack reports whether this CeSI starts again after a reload.
func comesBack(self fleet.Process) bool { return self.Config == nil || self.Config.Autostart }

// newDaemonGroup shows a group of the node. Page is the page with its processes.
func newDaemonGroup(n *fleet.Node, members []fleet.Process, page string) daemonGroup {
	name := members[0].Group
	group := daemonGroup{
		RowID: view.RowID("daemon-group", name), Name: name, Link: view.RowLink(page, groupRowID(name)), Summary: summary(members),
	}
	idle := true
	for _, p := range members {
		group.Self = group.Self || p.Self
		idle = idle && !p.State.Active() && p.State != cesi.Stopping
	}
	if idle && n.Status == fleet.Up {
		group.Remove = request.SupervisordQuestion(n.Name, cesi.ActionRemoveGroup, name)
	}
	return group
}

// rereadPage shows what an update would do.
type rereadPage struct {
	view.Base
	Name    string
	Heading string
	Broken  string // supervisord's sentence, if it can't read its configuration
	Changes []groupChange
	More    int    // changes that are not shown
	Self    string // the process that is this CeSI, if its group is among them
}

// groupChange is one group that differs.
type groupChange struct {
	Group  string
	Tone   view.Tone
	Word   cesi.Text // added, changed, removed
	Effect cesi.Text // what an update does
	Self   bool
}

func newBrokenPage(base view.Base, n *fleet.Node, text string) rereadPage {
	heading := base.Say("The configuration can't be read")
	return rereadPage{Base: base.At("nodes", heading), Name: n.Name, Heading: heading, Broken: text}
}

func newRereadPage(base view.Base, n *fleet.Node, c cesi.Changes) rereadPage {
	page := rereadPage{Name: n.Name, Heading: base.Localizer.Localize(differ(c.Total(), request.Sanitize(n.Name)))}
	page.Base = base.At("nodes", page.Heading)
	self, found := n.OwnProcess()
	add := func(group string, tone view.Tone, word cesi.Text, effect func() cesi.Text) {
		if len(page.Changes) == groupRows {
			page.More++
			return
		}
		change := groupChange{Group: group, Tone: tone, Word: word, Effect: effect(), Self: found && group == self.Group}
		if change.Self {
			page.Self = self.String()
		}
		page.Changes = append(page.Changes, change)
	}
	for _, group := range c.Removed {
		add(group, view.ToneBad, cesi.T("removed"), func() cesi.Text {
			return cesi.T("is not in the configuration any more: %s stopped, and removed", running(n, group))
		})
	}
	for _, group := range c.Changed {
		add(group, view.ToneWarning, cesi.T("changed"), func() cesi.Text {
			return cesi.T("%s stopped, then it is added again and starts", running(n, group))
		})
	}
	for _, group := range c.Added {
		add(group, view.ToneRunning, cesi.T("added"), func() cesi.Text {
			return cesi.T("is added, and starts unless it has autostart=false")
		})
	}
	return page
}

// differ says how many groups of a node differ.
func differ(n int, node string) cesi.Text {
	if n == 0 {
		return cesi.T("Nothing has changed on %s", node)
	}
	return cesi.T("%d groups differ on %s", n, node)
}

// running says how many processes of a group run, for "… stopped".
func running(n *fleet.Node, group string) cesi.Text {
	count := 0
	for _, p := range n.Processes {
		if p.Group == group && p.State.Active() {
			count++
		}
	}
	if count == 0 {
		return cesi.T("no process of it runs, so none is")
	}
	return cesi.T("%d processes are", count)
}
