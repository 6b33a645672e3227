package fleet

import (
	"slices"
	"time"

	"cesi/internal/cesi"
)

// maxGone bounds how many processes are remembered that a node no longer has: it
// may name new ones with every answer.
const maxGone = 1000

// settleAfter is how long a process has to be there for its past to be stored and
// to be remembered when it is gone: a node may name new ones with every answer.
const settleAfter = time.Minute

// pasts are the last day of the processes that a node has, or had in that day,
// sorted by their IDs: an immutable value. It is made anew only when a process
// has changed.
type pasts []past

// past is the last day of one process. Its points, of which there is at least
// one, rise; the first may be older, and holds until the next.
type past struct {
	id     cesi.ProcessID
	points []cesi.Point
	// since is when a process that has not settled was seen first; zero: it has.
	since time.Time
}

// young reports whether the process has yet to settle.
func (p past) young() bool { return !p.since.IsZero() }

// settles reports whether the process settles now; also where the clock was set back.
func (p past) settles(now time.Time) bool {
	return p.young() && (now.Sub(p.since) >= settleAfter || now.Before(p.since))
}

func (p past) last() cesi.Point { return p.points[len(p.points)-1] }

func (p pasts) find(id cesi.ProcessID) (past, bool) {
	i, found := slices.BinarySearchFunc(p, id, func(p past, id cesi.ProcessID) int { return p.id.Compare(id) })
	if !found {
		return past{}, false
	}
	return p[i], true
}

// same reports whether both are one value.
func (p pasts) same(o pasts) bool {
	return len(p) == len(o) && (len(p) == 0 || &p[0] == &o[0])
}

// looksLike reports whether both show the same.
func (p pasts) looksLike(o pasts) bool {
	return p.same(o) || slices.EqualFunc(p, o, func(a, b past) bool { return a.id == b.id && slices.Equal(a.points, b.points) })
}

// see adds how the processes are now. Before says that the node has answered in
// this slot already, so that what they were until now belongs to it, too.
func (p pasts) see(list []Process, now time.Time, before bool) pasts {
	slot := cesi.SlotOf(now)
	if p.tell(list, now) {
		return p
	}
	next := make(pasts, 0, max(len(p), len(list)))
	gone := 0
	p.beside(list, func(known *past, mark cesi.Mark, id cesi.ProcessID) {
		if mark == cesi.MarkUnseen {
			if known.young() {
				return
			}
			if gone++; gone > maxGone || known.over(slot) {
				return
			}
		}
		if known == nil {
			next = append(next, past{id, []cesi.Point{{Slot: slot, Shown: mark, Last: mark}}, now})
			return
		}
		seen := known.see(mark, slot, before)
		if known.settles(now) {
			seen.since = time.Time{}
		}
		next = append(next, seen)
	})
	return next
}

// tell reports whether the processes are what they were at the end of their pasts,
// and none settles.
func (p pasts) tell(list []Process, now time.Time) bool {
	same, slot := true, cesi.SlotOf(now)
	p.beside(list, func(known *past, mark cesi.Mark, _ cesi.ProcessID) {
		same = same && known != nil && known.last().Last == mark && !slot.Ahead(known.last().Slot) && !known.settles(now)
	})
	return same
}

// beside calls do for every process that is known or listed, in order. Known is
// nil for one that is new, and mark MarkUnseen for one that is not there.
func (p pasts) beside(list []Process, do func(known *past, mark cesi.Mark, id cesi.ProcessID)) {
	for i, j := 0, 0; i < len(p) || j < len(list); {
		switch {
		case j == len(list) || i < len(p) && p[i].id.Compare(list[j].ProcessID) < 0:
			do(&p[i], cesi.MarkUnseen, p[i].id)
			i++
		case i == len(p) || p[i].id.Compare(list[j].ProcessID) > 0:
			do(nil, cesi.MarkOf(list[j].Process), list[j].ProcessID)
			j++
		default:
			do(&p[i], cesi.MarkOf(list[j].Process), p[i].id)
			i++
			j++
		}
	}
}

// seeOne adds how one process, which is known, is now.
func (p pasts) seeOne(process cesi.Process, slot cesi.Slot, before bool) pasts {
	i, found := slices.BinarySearchFunc(p, process.ProcessID, func(p past, id cesi.ProcessID) int { return p.id.Compare(id) })
	if !found || p[i].last().Last == cesi.MarkOf(process) {
		return p
	}
	next := slices.Clone(p)
	next[i] = p[i].see(cesi.MarkOf(process), slot, before)
	return next
}

// over reports whether the process was not there in the day that ends with slot.
func (p past) over(slot cesi.Slot) bool {
	return p.last().Last == cesi.MarkUnseen && p.last().Slot < slot.DayBefore()
}

// see adds what the process is now, and leaves out what is more than a day old. A
// clock that was set back a little does not change the order; what is of a time
// that has yet to come was seen by a clock that was wrong.
func (p past) see(mark cesi.Mark, slot cesi.Slot, before bool) past {
	old := p.points
	for len(old) > 0 && slot.Ahead(old[len(old)-1].Slot) {
		old = old[:len(old)-1]
	}
	next := cesi.Point{Slot: slot, Shown: mark, Last: mark}
	if len(old) == 0 {
		return past{p.id, []cesi.Point{next}, p.since}
	}
	last := old[len(old)-1]
	if last.Last == mark {
		return past{p.id, old, p.since}
	}
	switch {
	case slot <= last.Slot:
		next.Slot, next.Shown = last.Slot, last.Shown.Then(mark)
		old = old[:len(old)-1]
	case before:
		next.Shown = last.Last.Then(mark)
	}
	for len(old) > 1 && old[1].Slot <= slot.DayBefore() {
		old = old[1:]
	}
	return past{p.id, append(slices.Clip(old), next), p.since}
}

// answeredIn reports whether the node has answered in the slot, in this run.
func (n *Node) answeredIn(slot cesi.Slot) bool {
	return !n.LastContact.IsZero() && cesi.SlotOf(n.LastContact) == slot
}

// pauseOf is how long a node whose polls are an interval apart may not have
// answered without having been silent.
func (n *Node) pauseOf(interval time.Duration) time.Duration {
	if n.Status == Down {
		return 0
	}
	return 2 * interval
}

// extended adds a slot in which the node answered. It had been silent before, or
// nobody had asked, where more time has passed since than pause.
func extended(answered []cesi.Stretch, slot cesi.Slot, pause time.Duration) []cesi.Stretch {
	for len(answered) > 0 && answered[0].Last < slot.DayBefore() {
		answered = answered[1:]
	}
	for len(answered) > 0 && slot.Ahead(answered[len(answered)-1].First) {
		answered = answered[:len(answered)-1] // see past.see
	}
	if len(answered) == 0 {
		return []cesi.Stretch{{First: slot, Last: slot}}
	}
	last := answered[len(answered)-1]
	if slot <= last.Last {
		return answered
	}
	if time.Duration(slot-last.Last)*cesi.SlotLength > max(cesi.SlotLength, pause) {
		return append(slices.Clip(answered), cesi.Stretch{First: slot, Last: slot})
	}
	next := slices.Clone(answered)
	next[len(next)-1].Last = slot
	return next
}
