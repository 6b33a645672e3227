package view

import (
	"cmp"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// Flash is the result of a command, on the next page.
type Flash struct {
	Tone     Tone
	Sentence cesi.Text
	Note     cesi.Text // a remark on success
	Later    cesi.Text // targets that matched too late
	ID       cesi.ActivityID
	Outcomes []outcomeRow // of a command on many, failed ones first
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
	Node, Process string
	Result        ResultBadge
	Message       cesi.Text
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

// underWay describes a running command, and what it waits for.
func underWay(r fleet.Report) cesi.Text {
	noun := ActionTextOf(r.Action).Noun
	if w := r.Waiting; w != nil {
		what := cesi.T("%s on %s", request.Sanitize(w.What()), request.Sanitize(w.Node))
		return cesi.T("The %s is still under way; it goes on whether or not you wait. %s: %s.", noun, what, w.Message)
	}
	return cesi.T("The %s is still under way; it goes on whether or not you wait.", noun)
}

// worstFirst returns the outcomes to show: failed ones first, skipped ones last.
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

// Capitalized makes the first letter of an English text a capital.
func Capitalized(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
