package view

import (
	"cmp"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// Flash tells how a command went, on the page that follows it.
type Flash struct {
	Tone     Tone
	Sentence cesi.Text
	Note     cesi.Text // what else is to be said of what went well
	Later    cesi.Text // who came too late for it
	ID       cesi.ActivityID
	Outcomes []outcomeRow // of a command on many, those that did not go well first
	Total    int          // outcomes, with those that are not shown
	Open     bool         // show the outcomes at once
	Log      *LogEnd      // of the only process, if it did not come up
}

// LogEnd is the end of a log, and the local path of all of it.
type LogEnd struct {
	Text, Link string
}

// outcomeRow is how a command went for one process.
type outcomeRow struct {
	Node, Process string
	Result        ResultBadge
	Message       cesi.Text
}

// outcomesShown bounds the outcomes on a page; its entry in the activity log has
// them all.
const outcomesShown = 200

// NewFlash tells about a command. Later is how many targets came too late for it.
func NewFlash(r fleet.Report, later int) *Flash {
	f := &Flash{Tone: NewResultBadge(r.Result).Tone, ID: r.ID, Total: len(r.Outcomes)}
	switch {
	case !r.Done:
		f.Tone = ToneMoving
		f.Sentence = underWay(r)
	case len(r.Outcomes) == 1:
		f.Sentence = sentenceOn(r, r.Outcomes[0])
		if r.Outcomes[0].Result == cesi.OK {
			f.Note = r.Outcomes[0].Message
		}
	default:
		f.Sentence = cesi.T("%s: %s (%s).", ActionTextOf(r.Action).Title, fleet.Tally(r.Outcomes), Duration(r.Duration))
	}
	if len(r.Outcomes) > 1 {
		f.Open = r.Done && r.Result != cesi.OK
		f.Outcomes = newOutcomeRows(worstFirst(r.Outcomes))
	}
	if later > 0 {
		f.Later = cesi.T("Meanwhile %d targets more came to match; they were not touched.", later)
	}
	return f
}

// underWay tells of a command that is not over, and what it waits for.
func underWay(r fleet.Report) cesi.Text {
	noun := ActionTextOf(r.Action).Noun
	if w := r.Waiting; w != nil {
		what := cesi.T("%s on %s", request.Sanitize(w.What()), request.Sanitize(w.Node))
		return cesi.T("The %s is still under way; it goes on whether or not you wait. %s: %s.", noun, what, w.Message)
	}
	return cesi.T("The %s is still under way; it goes on whether or not you wait.", noun)
}

// worstFirst returns the outcomes to show: what failed before what went well,
// and what was left alone last.
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
		rows[i] = outcomeRow{Node: o.Node, Process: o.What(), Result: NewResultBadge(o.Result), Message: o.Message}
	}
	return rows
}

// Capitalized writes the first letter of an English word large.
func Capitalized(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
