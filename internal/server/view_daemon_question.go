package server

import (
	"fmt"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// newDaemonQuestion asks about a command to a node's supervisord.
func newDaemonQuestion(n *fleet.Node, c fleet.Command) question {
	name := plain(n.Name)
	q := question{
		Post: localURL("nodes", n.Name, c.Action), Back: localURL("nodes", n.Name, "daemon"),
		Fields: []field{{"confirmed", "yes"}},
	}
	for _, t := range c.Targets {
		if t.Group != "" {
			q.Fields = append(q.Fields, field{"group", t.Group})
		}
	}
	switch c.Action {
	case cesi.ActionReload:
		q.Question, q.Verb = "Reload supervisord on "+name+"?", "Reload"
		q.Remarks = []string{
			fmt.Sprintf("It stops its %s, reads its configuration and starts anew, with what the configuration starts by itself.", plural(len(n.Processes), "process")),
			"CeSI waits until it is back. A configuration that can't be read is refused before anything happens.",
		}
	case cesi.ActionShutdown:
		q.Question, q.Verb = "Shut supervisord on "+name+" down?", "Shut down"
		q.Remarks = []string{
			fmt.Sprintf("It stops its %s and ends. It can't be started from here: that is for systemd or somebody on the host.", plural(len(n.Processes), "process")),
		}
		q.Typed = &typed{Label: "To shut it down, type the node's name", Name: "confirm_node", Want: n.Name}
	case cesi.ActionRemoveGroup:
		q.Question, q.Verb = "Remove "+plain(c.Targets[0].Group)+" from supervisord on "+name+"?", "Remove"
		q.Remarks = []string{"supervisord forgets the group until it is added again, by an update or a reload. Its configuration file stays as it is."}
	default:
		q.Question, q.Verb = "Clear the log of supervisord on "+name+"?", "Clear the log"
		q.Remarks = []string{"What it has written so far is gone for good. The logs of its programs stay."}
	}
	if self, found := n.Self(); found {
		q.warnOfSelf(c, self)
	}
	return q
}

// warnOfSelf says what becomes of this CeSI.
func (q *question) warnOfSelf(c fleet.Command, self fleet.Process) {
	name := plain(self.String())
	switch {
	case c.Action == cesi.ActionShutdown:
		q.Warning = name + " is this CeSI itself. It ends with its supervisord, and comes back only when somebody starts that."
	case c.Action != cesi.ActionReload:
	case comesBack(self):
		q.Warning = name + " is this CeSI itself. It goes down with its supervisord and comes back with it, in some seconds; the activity log then tells how it went."
	default:
		q.Warning = name + " is this CeSI itself, and configured autostart=false: it goes down with its supervisord and does not come back by itself."
		q.Typed = &typed{Label: "To reload it all the same, type its name", Name: "confirm_self", Want: self.String()}
	}
}
