package view

import (
	"cmp"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Flash is the result of a command, on the next page.
type Flash struct {
	Tone     Tone
	Sentence cesi.Text
	Note     cesi.Text // a second sentence: a remark, or what the command waits for
	Later    cesi.Text // the targets that matched too late
	ID       cesi.ActivityID
	Outcomes []outcomeRow // of a command on many, failures first
	Total    int          // outcomes, including those not shown
	Open     bool         // show the outcomes at once
	Log      *LogEnd      // of the only process, if it did not come up
}

// LogEnd is the end of a log, and the local path of the whole log.
type LogEnd struct {
	Text, Link string
}

// outcomeRow is the outcome of a command for one process.
type outcomeRow struct {
	Place   RichText // the process and its node
	Result  ResultBadge
	Message cesi.Text
}

// outcomesShown bounds the outcomes on a page; the activity log has them all.
const outcomesShown = 200

// NewFlash returns the result of a command. Later is how many targets matched too late
// for it.
func NewFlash(r fleet.Report, later int) *Flash {
	f := &Flash{Tone: NewResultBadge(r.Result).Tone, ID: r.ID, Total: len(r.Outcomes)}
	switch {
	case !r.Done:
		f.Tone = ToneMoving
		f.Sentence = cesi.Text{ID: textOfAction(r.Action).underWay}
		if w := r.Waiting; w != nil {
			f.Note = cesi.T("%s on %s: %s", w.What(), w.Node, w.Message)
		}
	case len(r.Outcomes) == 1:
		f.Sentence = outcomeText(r, r.Outcomes[0])
		if r.Outcomes[0].Result == cesi.OK {
			f.Note = r.Outcomes[0].Message
		}
	default:
		f.Sentence = fill(textOfAction(r.Action).summary, fleet.Tally(r.Outcomes), Duration(r.Duration))
	}
	if len(r.Outcomes) > 1 {
		f.Open = r.Done && r.Result != cesi.OK
		f.Outcomes = newOutcomeRows(worstFirst(r.Outcomes))
	}
	if later > 0 {
		f.Later = cesi.T("%d more targets match by now; they were not changed.", later)
	}
	return f
}

// worstFirst returns the outcomes to show: failures, then successes, then skipped
// targets.
func worstFirst(outcomes []fleet.Outcome) []fleet.Outcome {
	rank := func(r cesi.Result) int {
		switch r {
		case cesi.OK:
			return 1
		case cesi.Skipped:
			return 2
		default:
			return 0
		}
	}
	sorted := slices.Clone(outcomes)
	slices.SortStableFunc(sorted, func(a, b fleet.Outcome) int { return cmp.Compare(rank(a.Result), rank(b.Result)) })
	return sorted[:min(len(sorted), outcomesShown)]
}

func newOutcomeRows(outcomes []fleet.Outcome) []outcomeRow {
	rows := make([]outcomeRow, len(outcomes))
	for i, o := range outcomes {
		rows[i] = outcomeRow{Place: ProcessOnNode(o.What(), o.Node), Result: NewResultBadge(o.Result), Message: o.Message}
	}
	return rows
}

// capitalized makes the first letter of an English text upper case.
func capitalized(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
