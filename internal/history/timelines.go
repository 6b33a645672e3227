package history

import (
	"slices"
	"time"

	"cesi/internal/cesi"
)

// maxGone bounds how many removed processes of a node are remembered: a node may send
// new names with every answer.
const maxGone = 1000

// settleAfter is how long a process must exist before its timeline is stored, and is
// remembered after its end: a node may send new names with every answer.
const settleAfter = time.Minute

// timelines are the last day of all processes that a node has or had in that day,
// sorted by ID. It is an immutable value, copied only when a process has changed.
type timelines []timeline

// timeline is the last day of one process. It has at least one point, and points are in
// ascending order. The first may be older than a day, and holds until the next.
type timeline struct {
	id     cesi.ProcessID
	points []cesi.Point
	// since is when a process that has not settled was first seen; zero once it has.
	since time.Time
}

// unsettled reports whether the process has not settled yet.
func (p timeline) unsettled() bool { return !p.since.IsZero() }

// settles reports whether the process settles now. It also does if the clock was set
// back.
func (p timeline) settles(now time.Time) bool {
	return p.unsettled() && (now.Sub(p.since) >= settleAfter || now.Before(p.since))
}

func (p timeline) last() cesi.Point { return p.points[len(p.points)-1] }

func (p timelines) find(id cesi.ProcessID) (timeline, bool) {
	i, found := slices.BinarySearchFunc(p, id, func(p timeline, id cesi.ProcessID) int { return p.id.Compare(id) })
	if !found {
		return timeline{}, false
	}
	return p[i], true
}

// same reports whether both are one value in memory.
func (p timelines) same(o timelines) bool {
	return len(p) == len(o) && (len(p) == 0 || &p[0] == &o[0])
}

// looksLike reports whether both have equal points.
func (p timelines) looksLike(o timelines) bool {
	return p.same(o) || slices.EqualFunc(p, o, func(a, b timeline) bool { return a.id == b.id && slices.Equal(a.points, b.points) })
}

// record adds the current states. Before says that the node has already answered in
// this bucket, so the states until now belong to this bucket too.
func (p timelines) record(list Processes, now time.Time, before bool) timelines {
	bucket := cesi.BucketOf(now)
	if p.unchanged(list, now) {
		return p
	}
	next := make(timelines, 0, max(len(p), list.Len()))
	gone := 0
	p.merge(list, func(known *timeline, mark cesi.Mark, id cesi.ProcessID) {
		if mark == cesi.MarkNoData {
			if known.unsettled() {
				return
			}
			if gone++; gone > maxGone || known.expired(bucket) {
				return
			}
		}
		if known == nil {
			next = append(next, timeline{id, []cesi.Point{{Bucket: bucket, Worst: mark, Last: mark}}, now})
			return
		}
		seen := known.record(mark, bucket, before)
		if known.settles(now) {
			seen.since = time.Time{}
		}
		next = append(next, seen)
	})
	return next
}

// unchanged reports whether every process still has its last recorded state, and none
// settles.
func (p timelines) unchanged(list Processes, now time.Time) bool {
	same, bucket := true, cesi.BucketOf(now)
	p.merge(list, func(known *timeline, mark cesi.Mark, _ cesi.ProcessID) {
		same = same && known != nil && known.last().Last == mark && !bucket.Ahead(known.last().Bucket) && !known.settles(now)
	})
	return same
}

// merge calls do for every process that is known or listed, in order. Known is nil for
// a new process, and mark is MarkNoData for a removed one.
func (p timelines) merge(list Processes, do func(known *timeline, mark cesi.Mark, id cesi.ProcessID)) {
	for i, j := 0, 0; i < len(p) || j < list.Len(); {
		switch {
		case j == list.Len() || i < len(p) && p[i].id.Compare(list.At(j).ProcessID) < 0:
			do(&p[i], cesi.MarkNoData, p[i].id)
			i++
		case i == len(p) || p[i].id.Compare(list.At(j).ProcessID) > 0:
			do(nil, cesi.MarkOf(*list.At(j)), list.At(j).ProcessID)
			j++
		default:
			do(&p[i], cesi.MarkOf(*list.At(j)), p[i].id)
			i++
			j++
		}
	}
}

// recordOne adds the current state of one known process.
func (p timelines) recordOne(process cesi.Process, bucket cesi.Bucket, before bool) timelines {
	i, found := slices.BinarySearchFunc(p, process.ProcessID, func(p timeline, id cesi.ProcessID) int { return p.id.Compare(id) })
	if !found || p[i].last().Last == cesi.MarkOf(process) {
		return p
	}
	next := slices.Clone(p)
	next[i] = p[i].record(cesi.MarkOf(process), bucket, before)
	return next
}

// expired reports whether the process did not exist in the day that ends with bucket.
func (p timeline) expired(bucket cesi.Bucket) bool {
	return p.last().Last == cesi.MarkNoData && p.last().Bucket < bucket.DayBefore()
}

// record adds the current state, and drops points that are more than a day old. A clock
// that was set back a little does not change the order. Points in the future came from
// a wrong clock and are dropped.
func (p timeline) record(mark cesi.Mark, bucket cesi.Bucket, before bool) timeline {
	old := p.points
	for len(old) > 0 && bucket.Ahead(old[len(old)-1].Bucket) {
		old = old[:len(old)-1]
	}
	next := cesi.Point{Bucket: bucket, Worst: mark, Last: mark}
	if len(old) == 0 {
		return timeline{p.id, []cesi.Point{next}, p.since}
	}
	last := old[len(old)-1]
	if last.Last == mark {
		return timeline{p.id, old, p.since}
	}
	switch {
	case bucket <= last.Bucket:
		next.Bucket, next.Worst = last.Bucket, last.Worst.Merge(mark)
		old = old[:len(old)-1]
	case before:
		next.Worst = last.Last.Merge(mark)
	}
	for len(old) > 1 && old[1].Bucket <= bucket.DayBefore() {
		old = old[1:]
	}
	return timeline{p.id, append(slices.Clip(old), next), p.since}
}
