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

// ActivityText says what a user did to what, is doing or tried to do, as it follows the
// user's name. A zero what means that users did it to their own account.
func ActivityText(a cesi.Activity, what cesi.Text) cesi.Text {
	text := textOfAction(a.Action)
	if what.ID == "" {
		text = ownActionText(a.Action)
	}
	args := []any{what}
	if a.Action == cesi.ActionSignal {
		args = append(args, a.Detail)
	}
	switch {
	case a.Result == cesi.OK || a.Result == cesi.Partial || a.Action == cesi.ActionLoginFailed:
		return fill(text.did, args...)
	case a.Result == cesi.Pending && text.doing != "":
		return fill(text.doing, args...)
	case a.Result == cesi.Skipped:
		return cesi.T("skipped %s", what)
	default:
		return fill(text.tried, args...)
	}
}

// outcomeText says how a command went for one target.
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

// fill returns the text of an id. One without verbs takes no arguments.
func fill(id string, args ...any) cesi.Text {
	if !strings.Contains(id, "%") {
		return cesi.Text{ID: id}
	}
	return cesi.T(id, args...)
}
