package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// chip is a state for the filter, with the number of processes in it that the rest of
// the filter selects.
type chip struct {
	Name, Value string // of the field
	Label       cesi.Text
	Tone        view.Tone
	Count       int
	Checked     bool
}

// newChips offers "needs attention", and each state that occurs or is selected.
func newChips(s *fleet.Snapshot, q request.ProcessesQuery) []chip {
	wide := q.Filter
	wide.States, wide.Attention = nil, fleet.AnyAttention
	counts, bad := make(map[cesi.State]int), 0
	for _, m := range s.Find(wide) {
		if m.Node.Status != fleet.Up {
			continue // its present states are unknown
		}
		counts[m.Process.State]++
		if m.Process.Severity() > 0 {
			bad++
		}
	}
	var chips []chip
	if wanted := q.Attention == fleet.NeedsAttention; wanted || bad > 0 {
		chips = append(chips, attentionChip(bad, wanted))
	}
	if q.Attention == fleet.NeedsNone {
		chips = append(chips, chip{Name: "attention", Value: "no", Label: cesi.T("as expected"), Tone: view.ToneIdle, Count: total(counts) - bad, Checked: true})
	}
	for _, state := range []cesi.State{cesi.Running, cesi.Starting, cesi.Stopping, cesi.Stopped, cesi.Exited, cesi.Backoff, cesi.Fatal, cesi.NotStarted, cesi.Unknown} {
		checked := q.Wants(state)
		if counts[state] > 0 || checked {
			chips = append(chips, chip{Name: "state", Value: state.String(), Label: cesi.Raw(state.String()),
				Tone: view.NewProcessBadge(cesi.Process{State: state}).Tone, Count: counts[state], Checked: checked})
		}
	}
	return chips
}

func attentionChip(count int, checked bool) chip {
	return chip{Name: "attention", Value: "yes", Label: cesi.T("needs attention"), Tone: view.ToneBad, Count: count, Checked: checked}
}

func total(counts map[cesi.State]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}
