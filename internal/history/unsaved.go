package history

import (
	"iter"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// Unsaved names what is not stored yet, and from which slot on. The history itself is
// with the nodes, so however long storing fails this grows no further than they do.
// It is safe for concurrent use.
type Unsaved struct {
	mu        sync.Mutex
	nodes     map[string]cesi.Slot
	processes map[process]cesi.Slot
}

// process is a process of a node.
type process struct {
	node string
	cesi.ProcessID
}

// MarkDirty compares two values of a node that followed each other.
func (u *Unsaved) MarkDirty(name string, old, next Node) {
	if n := len(next.answered); n > 0 && (len(old.answered) == 0 || old.answered[len(old.answered)-1] != next.answered[n-1]) {
		u.mu.Lock()
		mark(&u.nodes, name, next.answered[n-1].Last)
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
			mark(&u.processes, process{name, now.id}, now.points[0].Slot)
		case was.last() != now.last():
			mark(&u.processes, process{name, now.id}, now.last().Slot)
		}
	}
	for _, was := range old.processes { // one that is remembered no more has to end there
		if _, found := next.processes.find(was.id); !found && !was.unsettled() && was.last().Last != cesi.MarkUnseen {
			mark(&u.processes, process{name, was.id}, next.answered[len(next.answered)-1].Last)
		}
	}
}

// mark keeps the earliest slot of a key.
func mark[K comparable](m *map[K]cesi.Slot, key K, slot cesi.Slot) {
	if *m == nil {
		*m = make(map[K]cesi.Slot)
	}
	if was, found := (*m)[key]; !found || slot < was {
		(*m)[key] = slot
	}
}

// batchSize bounds the rows of a batch.
const batchSize = 5000

// Take hands over what is not stored yet of the nodes, in batches. What can't be stored
// goes back with Requeue.
func (u *Unsaved) Take(known map[string]Node) iter.Seq[cesi.History] {
	nodes, processes := u.take()
	return batches(since(known, nodes, processes))
}

// take hands over what there is.
func (u *Unsaved) take() (nodes map[string]cesi.Slot, processes map[process]cesi.Slot) {
	u.mu.Lock()
	defer u.mu.Unlock()
	nodes, processes = u.nodes, u.processes
	u.nodes, u.processes = nil, nil
	return nodes, processes
}

// Requeue takes up again what was not stored.
func (u *Unsaved) Requeue(h cesi.History) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range h.Answered {
		mark(&u.nodes, s.Node, s.Last)
	}
	for _, p := range h.Points {
		mark(&u.processes, process{p.Node, p.ProcessID}, p.Slot)
	}
}

// batches parts a history. Stretches go first: a node without any is one that is
// gone.
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

// since collects what is known of the named ones from their slots on.
func since(known map[string]Node, nodes map[string]cesi.Slot, processes map[process]cesi.Slot) cesi.History {
	var h cesi.History
	for name, from := range nodes {
		for _, stretch := range known[name].answered {
			if stretch.Last >= from {
				h.Answered = append(h.Answered, cesi.NodeStretch{Node: name, Stretch: stretch})
			}
		}
	}
	for p, from := range processes {
		timeline, found := known[p.node].processes.find(p.ProcessID)
		if !found { // it is remembered no more
			timeline.points = []cesi.Point{{Slot: from}}
		}
		for _, point := range timeline.points {
			if point.Slot >= from {
				h.Points = append(h.Points, cesi.ProcessPoint{Node: p.node, ProcessID: p.ProcessID, Point: point})
			}
		}
	}
	return h
}
