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
			cesi.T("It stops its %s, reads its configuration and starts again, with all programs that have autostart.", processes),
			cesi.T("CeSI waits until it is back. An invalid configuration is refused before anything is stopped."),
		}
	case cesi.ActionShutdown:
		q.Question, q.Verb = cesi.T("Shut supervisord on %s down?", name), cesi.T("Shut down")
		q.Remarks = []cesi.Text{
			cesi.T("It stops its %s and ends. It can't be started from here: use systemd or the host.", processes),
		}
		q.Typed = &view.TypedConfirmation{Label: cesi.T("To shut it down, type the node's name"), Name: "confirm_node", Want: n.Name}
	case cesi.ActionRemoveGroup:
		q.Question, q.Verb = cesi.T("Remove %s from supervisord on %s?", request.Sanitize(c.Targets[0].Group), name), cesi.T("Remove")
		q.Remarks = []cesi.Text{cesi.T("The group is gone until an update or a reload adds it again. The configuration file does not change.")}
	default:
		q.Question, q.Verb = cesi.T("Clear the log of supervisord on %s?", name), cesi.T("Clear the log")
		q.Remarks = []cesi.Text{cesi.T("Its contents are lost. The logs of its programs stay.")}
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
		q.Warning = cesi.T("%s is this CeSI itself. It ends with its supervisord, and comes back when that is started again.", name)
	case c.Action != cesi.ActionReload:
	case comesBack(self):
		q.Warning = cesi.T("%s is this CeSI itself. It ends with its supervisord and comes back with it in a few seconds; the activity log then shows the result.", name)
	default:
		q.Warning = cesi.T("%s is this CeSI itself, and has autostart=false: it ends with its supervisord and does not come back by itself.", name)
		q.Typed = &view.TypedConfirmation{Label: cesi.T("To reload it anyway, type its name"), Name: "confirm_self", Want: self.String()}
	}
}
