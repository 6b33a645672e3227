package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// newDaemonQuestion asks for the confirmation of a command to a node's supervisord.
func newDaemonQuestion(n *fleet.Node, c request.Command) view.Confirmation {
	name, processes := request.Sanitize(n.Name), cesi.T("%d processes", len(n.Processes))
	q := view.Confirmation{Post: c.Post, Back: c.Back, Fields: append([]request.Field{{Name: "confirmed", Value: "yes"}}, c.Fields...)}
	switch c.Action {
	case cesi.ActionReload:
		q.Question, q.Verb = cesi.T("Reload supervisord on %s?", name), cesi.T("Reload")
		q.Remarks = []cesi.Text{
			cesi.T("It stops its %s, reads its configuration and starts anew, with what the configuration starts by itself.", processes),
			cesi.T("CeSI waits until it is back. A configuration that can't be read is refused before anything happens."),
		}
	case cesi.ActionShutdown:
		q.Question, q.Verb = cesi.T("Shut supervisord on %s down?", name), cesi.T("Shut down")
		q.Remarks = []cesi.Text{
			cesi.T("It stops its %s and ends. It can't be started from here: that is for systemd or somebody on the host.", processes),
		}
		q.Typed = &view.TypedConfirmation{Label: cesi.T("To shut it down, type the node's name"), Name: "confirm_node", Want: n.Name}
	case cesi.ActionRemoveGroup:
		q.Question, q.Verb = cesi.T("Remove %s from supervisord on %s?", request.Sanitize(c.Targets[0].Group), name), cesi.T("Remove")
		q.Remarks = []cesi.Text{cesi.T("supervisord forgets the group until it is added again, by an update or a reload. Its configuration file stays as it is.")}
	default:
		q.Question, q.Verb = cesi.T("Clear the log of supervisord on %s?", name), cesi.T("Clear the log")
		q.Remarks = []cesi.Text{cesi.T("What it has written so far is gone for good. The logs of its programs stay.")}
	}
	if self, found := n.OwnProcess(); found {
		warnSelf(&q, c, self)
	}
	return q
}

// warnSelf says what happens to this CeSI.
func warnSelf(q *view.Confirmation, c request.Command, self fleet.Process) {
	name := request.Sanitize(self.String())
	switch {
	case c.Action == cesi.ActionShutdown:
		q.Warning = cesi.T("%s is this CeSI itself. It ends with its supervisord, and comes back only when somebody starts that.", name)
	case c.Action != cesi.ActionReload:
	case comesBack(self):
		q.Warning = cesi.T("%s is this CeSI itself. It goes down with its supervisord and comes back with it, in some seconds; the activity log then tells how it went.", name)
	default:
		q.Warning = cesi.T("%s is this CeSI itself, and configured autostart=false: it goes down with its supervisord and does not come back by itself.", name)
		q.Typed = &view.TypedConfirmation{Label: cesi.T("To reload it all the same, type its name"), Name: "confirm_self", Want: self.String()}
	}
}
