package view

import (
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// ActionLabel names an action on a button: "Restart".
func ActionLabel(action cesi.Action) cesi.Text { return cesi.Text{ID: textOfAction(action).label} }

// ActionOn is ActionLabel with the target: "Restart web:web1".
func ActionOn(action cesi.Action, what cesi.Text) cesi.Text {
	return fill(textOfAction(action).on, what)
}

// ActionOnNode is ActionLabel with a process and its node.
func ActionOnNode(action cesi.Action, process, node string) cesi.Text {
	return fill(textOfAction(action).onNode, process, node)
}

// ActionOfNode is ActionLabel with all of a node: "Restart all on node alpha…".
func ActionOfNode(action cesi.Action, node string) cesi.Text {
	return fill(textOfAction(action).ofNode, node)
}

// ActionOfGroup is ActionLabel with a group on all nodes.
func ActionOfGroup(action cesi.Action, group string) cesi.Text {
	return fill(textOfAction(action).ofGroup, group)
}

// ActionOfEnvironment is ActionLabel with all of an environment.
func ActionOfEnvironment(action cesi.Action, environment string) cesi.Text {
	return fill(textOfAction(action).ofEnv, environment)
}

// ActionQuestion asks before a command: "Restart 3 processes on web-1?"
func ActionQuestion(action cesi.Action, what, where cesi.Text) cesi.Text {
	return fill(textOfAction(action).question, what, where)
}

// NothingTo says that a command has no targets.
func NothingTo(action cesi.Action) cesi.Text { return cesi.Text{ID: textOfAction(action).nothing} }

// actionProgress is on a button that was pressed: "restarting…".
func actionProgress(action cesi.Action) cesi.Text {
	return cesi.Text{ID: textOfAction(action).progress}
}

// ActivityText is the text after the user's name in the activity log: what the user
// did, is doing or tried to do, and the target. With a zero target, the users did it to
// their own account.
func ActivityText(a cesi.Activity, target cesi.Text) cesi.Text {
	text := textOfAction(a.Action)
	if target.ID == "" {
		text = ownActionText(a.Action)
	}
	args := []any{target}
	if a.Action == cesi.ActionSignal {
		args = append(args, a.Detail)
	}
	switch {
	case a.Result == cesi.OK || a.Result == cesi.Partial || a.Action == cesi.ActionLoginFailed:
		return fill(text.did, args...)
	case a.Result == cesi.Pending && text.doing != "":
		return fill(text.doing, args...)
	case a.Result == cesi.Skipped:
		return cesi.T("skipped %s", target)
	default:
		return fill(text.tried, args...)
	}
}

// outcomeText is the result of a command for one target.
func outcomeText(r fleet.Report, o fleet.Outcome) cesi.Text {
	text := textOfAction(r.Action)
	args := []any{cesi.T("%s on %s", o.What(), o.Node)}
	if r.Action == cesi.ActionSignal {
		args = append(args, r.Signal)
	}
	switch o.Result {
	case cesi.OK:
		return fill(text.done, args...)
	case cesi.Failed:
		return fill(text.failed, append(args, o.Message)...)
	case cesi.Skipped:
		return cesi.T("%s was skipped: %s", args[0], o.Message)
	default:
		return fill(text.unknown, append(args, o.Message)...)
	}
}

// fill returns the text of an id with its arguments. A text without verbs takes none.
func fill(id string, args ...any) cesi.Text {
	if !strings.Contains(id, "%") {
		return cesi.Text{ID: id}
	}
	return cesi.T(id, args...)
}
