package history

import (
	"iter"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// Unsaved lists what is not stored yet, and from which bucket on. The history itself is
// in the Nodes, so however long storing fails, Unsaved grows no larger than they do. It
// is safe for concurrent use.
type Unsaved struct {
	mu        sync.Mutex
	nodes     map[string]cesi.Bucket
	processes map[process]cesi.Bucket
}

// process is a process of a node.
type process struct {
	node string
	cesi.ProcessID
}

// MarkDirty compares two successive values of a node, and marks the changes as unsaved.
func (u *Unsaved) MarkDirty(name string, old, next Node) {
	if n := len(next.spans); n > 0 && (len(old.spans) == 0 || old.spans[len(old.spans)-1] != next.spans[n-1]) {
		u.mu.Lock()
		mark(&u.nodes, name, next.spans[n-1].Last)
		u.mu.Unlock()
	}
	if old.processes.same(next.processes) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, now := range next.processes {
		was, found := old.processes.find(now.id)
		switch {
		case now.unsettled():
		case !found || was.unsettled(): // it has settled
			mark(&u.processes, process{name, now.id}, now.points[0].Bucket)
		case was.last() != now.last():
			mark(&u.processes, process{name, now.id}, now.last().Bucket)
		}
	}
	for _, was := range old.processes { // a process that is no longer remembered must end there
		if _, found := next.processes.find(was.id); !found && !was.unsettled() && was.last().Last != cesi.MarkNoData {
			mark(&u.processes, process{name, was.id}, next.spans[len(next.spans)-1].Last)
		}
	}
}

// mark keeps the earliest bucket of a key.
func mark[K comparable](m *map[K]cesi.Bucket, key K, bucket cesi.Bucket) {
	if *m == nil {
		*m = make(map[K]cesi.Bucket)
	}
	if was, found := (*m)[key]; !found || bucket < was {
		(*m)[key] = bucket
	}
}

// batchSize bounds the rows of a batch.
const batchSize = 5000

// Take returns all unsaved history of the nodes, in batches, and clears the list. Use
// Requeue for a batch that could not be stored.
func (u *Unsaved) Take(known map[string]Node) iter.Seq[cesi.History] {
	nodes, processes := u.take()
	return batches(since(known, nodes, processes))
}

// take returns the marks and clears them.
func (u *Unsaved) take() (nodes map[string]cesi.Bucket, processes map[process]cesi.Bucket) {
	u.mu.Lock()
	defer u.mu.Unlock()
	nodes, processes = u.nodes, u.processes
	u.nodes, u.processes = nil, nil
	return nodes, processes
}

// Requeue marks a batch as unsaved again.
func (u *Unsaved) Requeue(h cesi.History) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range h.Answered {
		mark(&u.nodes, s.Node, s.Last)
	}
	for _, p := range h.Points {
		mark(&u.processes, process{p.Node, p.ProcessID}, p.Bucket)
	}
}

// batches splits a history. Spans go first: a node without spans counts as removed.
func batches(h cesi.History) iter.Seq[cesi.History] {
	return func(yield func(cesi.History) bool) {
		for answered := range slices.Chunk(h.Answered, batchSize) {
			if !yield(cesi.History{Answered: answered}) {
				return
			}
		}
		for points := range slices.Chunk(h.Points, batchSize) {
			if !yield(cesi.History{Points: points}) {
				return
			}
		}
	}
}

// since collects the history of the named nodes and processes, from their buckets on.
func since(known map[string]Node, nodes map[string]cesi.Bucket, processes map[process]cesi.Bucket) cesi.History {
	var h cesi.History
	for name, from := range nodes {
		for _, span := range known[name].spans {
			if span.Last >= from {
				h.Answered = append(h.Answered, cesi.NodeSpan{Node: name, Span: span})
			}
		}
	}
	for p, from := range processes {
		timeline, found := known[p.node].processes.find(p.ProcessID)
		if !found { // it is no longer remembered
			timeline.points = []cesi.Point{{Bucket: from}}
		}
		for _, point := range timeline.points {
			if point.Bucket >= from {
				h.Points = append(h.Points, cesi.ProcessPoint{Node: p.node, ProcessID: p.ProcessID, Point: point})
			}
		}
	}
	return h
}
