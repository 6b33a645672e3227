package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// newDaemonQuestion asks about a command to a node's supervisord.
func newDaemonQuestion(n *fleet.Node, c fleet.Command) view.Confirmation {
	name, processes := request.Sanitize(n.Name), i18n.Of("%d processes", len(n.Processes))
	q := view.Confirmation{
		Post: request.LocalURL("nodes", n.Name, c.Action), Back: request.LocalURL("nodes", n.Name, "daemon"),
		Fields: []request.Field{{Name: "confirmed", Value: "yes"}},
	}
	for _, t := range c.Targets {
		if t.Group != "" {
			q.Fields = append(q.Fields, request.Field{Name: "group", Value: t.Group})
		}
	}
	switch c.Action {
	case cesi.ActionReload:
		q.Question, q.Verb = i18n.Of("Reload supervisord on %s?", name), i18n.Of("Reload")
		q.Remarks = []i18n.Phrase{
			i18n.Of("It stops its %s, reads its configuration and starts anew, with what the configuration starts by itself.", processes),
			i18n.Of("CeSI waits until it is back. A configuration that can't be read is refused before anything happens."),
		}
	case cesi.ActionShutdown:
		q.Question, q.Verb = i18n.Of("Shut supervisord on %s down?", name), i18n.Of("Shut down")
		q.Remarks = []i18n.Phrase{
			i18n.Of("It stops its %s and ends. It can't be started from here: that is for systemd or somebody on the host.", processes),
		}
		q.Typed = &view.TypedConfirmation{Label: i18n.Of("To shut it down, type the node's name"), Name: "confirm_node", Want: n.Name}
	case cesi.ActionRemoveGroup:
		q.Question, q.Verb = i18n.Of("Remove %s from supervisord on %s?", request.Sanitize(c.Targets[0].Group), name), i18n.Of("Remove")
		q.Remarks = []i18n.Phrase{i18n.Of("supervisord forgets the group until it is added again, by an update or a reload. Its configuration file stays as it is.")}
	default:
		q.Question, q.Verb = i18n.Of("Clear the log of supervisord on %s?", name), i18n.Of("Clear the log")
		q.Remarks = []i18n.Phrase{i18n.Of("What it has written so far is gone for good. The logs of its programs stay.")}
	}
	if self, found := n.OwnProcess(); found {
		warnOfSelf(&q, c, self)
	}
	return q
}

// warnOfSelf says what becomes of this CeSI.
func warnOfSelf(q *view.Confirmation, c fleet.Command, self fleet.Process) {
	name := request.Sanitize(self.String())
	switch {
	case c.Action == cesi.ActionShutdown:
		q.Warning = i18n.Of("%s is this CeSI itself. It ends with its supervisord, and comes back only when somebody starts that.", name)
	case c.Action != cesi.ActionReload:
	case comesBack(self):
		q.Warning = i18n.Of("%s is this CeSI itself. It goes down with its supervisord and comes back with it, in some seconds; the activity log then tells how it went.", name)
	default:
		q.Warning = i18n.Of("%s is this CeSI itself, and configured autostart=false: it goes down with its supervisord and does not come back by itself.", name)
		q.Typed = &view.TypedConfirmation{Label: i18n.Of("To reload it all the same, type its name"), Name: "confirm_self", Want: self.String()}
	}
}
