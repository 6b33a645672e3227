package server

import (
	"fmt"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// flash tells how a command went, on the page that follows it.
type flash struct {
	Kind     string // running, moving, warning or bad
	Sentence string
	ID       cesi.ActivityID
	Outcomes []outcomeRow // of a command on many
	Open     bool         // show the outcomes at once
}

// outcomeRow is how a command went for one process.
type outcomeRow struct {
	Node, Process string
	Result        resultBadge
	Message       string
}

func newFlash(r fleet.Report) *flash {
	f := &flash{Kind: newResultBadge(r.Result).Kind, ID: r.ID}
	switch {
	case !r.Done:
		f.Kind = "moving"
		f.Sentence = fmt.Sprintf("The %s is still under way; it goes on whether or not you wait.", r.Action)
	case len(r.Outcomes) == 1:
		f.Sentence = sentenceOn(r.Action, r.Outcomes[0])
	default:
		f.Sentence = fmt.Sprintf("%s: %s (%s).", capitalized(string(r.Action)), r.Message, duration(r.Duration))
	}
	if len(r.Outcomes) > 1 {
		f.Open = r.Done && r.Result != cesi.OK
		f.Outcomes = newOutcomeRows(r.Outcomes)
	}
	return f
}

func newOutcomeRows(outcomes []fleet.Outcome) []outcomeRow {
	rows := make([]outcomeRow, len(outcomes))
	for i, o := range outcomes {
		rows[i] = outcomeRow{Node: o.Node, Process: o.ProcessID.String(), Result: newResultBadge(o.Result), Message: o.Message}
	}
	return rows
}

// sentenceOn says how a command went for its only process.
func sentenceOn(action cesi.Action, o fleet.Outcome) string {
	what := fmt.Sprintf("%s on %s", plain(o.ProcessID.String()), plain(o.Node))
	why := plain(o.Message)
	switch o.Result {
	case cesi.OK:
		return fmt.Sprintf("%s is %s.", what, pastOf(action))
	case cesi.Failed:
		return fmt.Sprintf("%s was not %s: %s", what, pastOf(action), why)
	case cesi.Skipped:
		return fmt.Sprintf("%s was left alone: %s", what, why)
	default:
		return fmt.Sprintf("%s: how the %s ended is not known. %s", what, action, why)
	}
}

// pastOf is what a process is after a command: "stopped".
func pastOf(action cesi.Action) string {
	if action == cesi.ActionStop {
		return "stopped"
	}
	return string(action) + "ed"
}

// capitalized writes the first letter of an English word large.
func capitalized(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
