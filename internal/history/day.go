package history

import (
	"time"

	"cesi/internal/cesi"
)

// Day is the state of a process in each bucket of the last 24 hours, the current bucket
// last.
type Day [cesi.DayBuckets]cesi.Mark

// Day returns the last 24 hours of a process. A bucket is MarkNoData if the node did
// not answer or CeSI did not run. Up says that the node answers now.
func (n Node) Day(id cesi.ProcessID, now time.Time, up bool) Day {
	var day, shown Day
	known, found := n.processes.find(id)
	if !found {
		return day
	}
	end := cesi.BucketOf(now)
	for i, point := range known.points {
		shown.paint(end, cesi.Span{First: point.Bucket, Last: point.Bucket}, point.Worst)
		rest := cesi.Span{First: point.Bucket + 1, Last: end}
		if i+1 < len(known.points) {
			rest.Last = known.points[i+1].Bucket - 1
		}
		shown.paint(end, rest, point.Last)
	}
	for i, span := range n.spans {
		if i == len(n.spans)-1 && up {
			span.Last = max(span.Last, end)
		}
		from, to := within(end, span)
		copy(day[from:to], shown[from:to])
	}
	return day
}

func (d *Day) paint(end cesi.Bucket, span cesi.Span, mark cesi.Mark) {
	from, to := within(end, span)
	for i := from; i < to; i++ {
		d[i] = mark
	}
}

// within returns the part of a span that lies in the day that ends with end, as bounds
// of a slice of a Day.
func within(end cesi.Bucket, s cesi.Span) (from, to int) {
	first := end.DayBefore()
	from = min(max(int(s.First-first), 0), cesi.DayBuckets)
	to = min(max(int(s.Last-first)+1, from), cesi.DayBuckets)
	return from, to
}
