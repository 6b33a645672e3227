// Package history remembers what the processes of nodes were in the last 24 hours. It
// is told of every answer, knows nothing of polls and stores nothing itself: what is
// not stored yet is handed out in batches.
package history

import (
	"slices"
	"time"

	"cesi/internal/cesi"
)

// Node is what is known of one node: when it answered, and what its processes were.
// It is an immutable value; a zero Node knows nothing.
type Node struct {
	spans     []cesi.Span // rising, and apart from one another
	processes timelines
}

// Processes are the processes of one answer, sorted by their IDs.
type Processes interface {
	Len() int
	At(i int) *cesi.Process
}

// Answer is what a node has said of its processes.
type Answer struct {
	Processes Processes
	At        time.Time
	// Again says that the node has answered in this bucket already, so that what its
	// processes were until now belongs to it, too.
	Again bool
	// Pause is how long the node may not have answered without having been silent.
	Pause time.Duration
}

// Record adds an answer.
func (n Node) Record(a Answer) Node {
	return Node{
		spans:     extended(n.spans, cesi.BucketOf(a.At), a.Pause),
		processes: n.processes.record(a.Processes, a.At, a.Again),
	}
}

// RecordOne adds what one process is now. Again is as in Answer.
func (n Node) RecordOne(p cesi.Process, at time.Time, again bool) Node {
	n.processes = n.processes.recordOne(p, cesi.BucketOf(at), again)
	return n
}

// SameProcesses reports whether both know the same of their processes.
func (n Node) SameProcesses(o Node) bool { return n.processes.looksLike(o.processes) }

// Size returns how many processes are remembered, and how many spans in which the
// node answered.
func (n Node) Size() (processes, spans int) { return len(n.processes), len(n.spans) }

// Points returns how many changes of a process are remembered; 0 where it is not.
func (n Node) Points(id cesi.ProcessID) int {
	t, _ := n.processes.find(id)
	return len(t.points)
}

// extended adds a bucket in which the node answered. It had been silent before, or
// nobody had asked, where more time has passed since than pause.
func extended(answered []cesi.Span, bucket cesi.Bucket, pause time.Duration) []cesi.Span {
	for len(answered) > 0 && answered[0].Last < bucket.DayBefore() {
		answered = answered[1:]
	}
	for len(answered) > 0 && bucket.Ahead(answered[len(answered)-1].First) {
		answered = answered[:len(answered)-1] // see timeline.record
	}
	if len(answered) == 0 {
		return []cesi.Span{{First: bucket, Last: bucket}}
	}
	last := answered[len(answered)-1]
	if bucket <= last.Last {
		return answered
	}
	if time.Duration(bucket-last.Last)*cesi.BucketLength > max(cesi.BucketLength, pause) {
		return append(slices.Clip(answered), cesi.Span{First: bucket, Last: bucket})
	}
	next := slices.Clone(answered)
	next[len(next)-1].Last = bucket
	return next
}
