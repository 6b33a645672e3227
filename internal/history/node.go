// Package history remembers the states of each node's processes in the last 24 hours.
// It records every answer of a node, knows nothing of polls and stores nothing itself:
// it hands out what is not stored yet in batches.
package history

import (
	"slices"
	"time"

	"cesi/internal/cesi"
)

// Node is the history of one node: when it answered, and the states of its processes.
// It is an immutable value; the zero Node is empty.
type Node struct {
	spans     []cesi.Span // in ascending order, not adjacent
	processes timelines
}

// Processes are the processes of one answer, sorted by ID.
type Processes interface {
	Len() int
	At(i int) *cesi.Process
}

// Answer is one answer of a node about its processes.
type Answer struct {
	Processes Processes
	At        time.Time
	// Again says that the node has already answered in this bucket, so the states until
	// now belong to this bucket too.
	Again bool
	// Pause is how long a node may be without an answer before it counts as silent.
	Pause time.Duration
}

// Record adds an answer.
func (n Node) Record(a Answer) Node {
	return Node{
		spans:     extended(n.spans, cesi.BucketOf(a.At), a.Pause),
		processes: n.processes.record(a.Processes, a.At, a.Again),
	}
}

// RecordOne adds the state of one process. Again is as in Answer.
func (n Node) RecordOne(p cesi.Process, at time.Time, again bool) Node {
	n.processes = n.processes.recordOne(p, cesi.BucketOf(at), again)
	return n
}

// SameProcesses reports whether both have the same history of processes.
func (n Node) SameProcesses(o Node) bool { return n.processes.looksLike(o.processes) }

// Size returns how many processes are remembered, and how many spans in which the node
// answered.
func (n Node) Size() (processes, spans int) { return len(n.processes), len(n.spans) }

// Points returns how many changes of a process are remembered; 0 if it is unknown.
func (n Node) Points(id cesi.ProcessID) int {
	t, _ := n.processes.find(id)
	return len(t.points)
}

// extended adds a bucket in which the node answered. If more time than pause has passed
// since the last answer, a new span begins: the node was silent, or was not asked.
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
