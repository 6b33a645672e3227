package history

import (
	"time"

	"cesi/internal/cesi"
)

// Day is what a process was in each slot of the last 24 hours, the present one
// last.
type Day [cesi.DaySlots]cesi.Mark

// Day returns the last 24 hours of a process. A slot in which its node did not
// answer, or CeSI did not run, is MarkUnseen. Up says that the node answers now.
func (n Node) Day(id cesi.ProcessID, now time.Time, up bool) Day {
	var day, shown Day
	known, found := n.processes.find(id)
	if !found {
		return day
	}
	end := cesi.SlotOf(now)
	for i, point := range known.points {
		shown.paint(end, cesi.Stretch{First: point.Slot, Last: point.Slot}, point.Shown)
		rest := cesi.Stretch{First: point.Slot + 1, Last: end}
		if i+1 < len(known.points) {
			rest.Last = known.points[i+1].Slot - 1
		}
		shown.paint(end, rest, point.Last)
	}
	for i, stretch := range n.answered {
		if i == len(n.answered)-1 && up {
			stretch.Last = max(stretch.Last, end)
		}
		from, to := within(end, stretch)
		copy(day[from:to], shown[from:to])
	}
	return day
}

func (d *Day) paint(end cesi.Slot, stretch cesi.Stretch, mark cesi.Mark) {
	from, to := within(end, stretch)
	for i := from; i < to; i++ {
		d[i] = mark
	}
}

// within returns the part of a stretch that is in the day that ends with end, as
// bounds of a slice of a Day.
func within(end cesi.Slot, s cesi.Stretch) (from, to int) {
	first := end.DayBefore()
	from = min(max(int(s.First-first), 0), cesi.DaySlots)
	to = min(max(int(s.Last-first)+1, from), cesi.DaySlots)
	return from, to
}
