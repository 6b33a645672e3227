package fleet

import (
	"sync"

	"cesi/internal/cesi"
)

// unsaved names what of the past the History does not have yet, and from which
// slot on. The past itself is with the nodes, so however long the History fails
// this grows no further than they do.
type unsaved struct {
	mu        sync.Mutex
	nodes     map[string]cesi.Slot
	processes map[Ref]cesi.Slot
}

// note compares two values of a node that followed each other.
func (u *unsaved) note(old, next *Node) {
	if n := len(next.answered); n > 0 && (len(old.answered) == 0 || old.answered[len(old.answered)-1] != next.answered[n-1]) {
		u.mu.Lock()
		mark(&u.nodes, next.Name, next.answered[n-1].Last)
		u.mu.Unlock()
	}
	if old.pasts.same(next.pasts) {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, now := range next.pasts {
		was, found := old.pasts.find(now.id)
		switch {
		case now.young():
		case !found || was.young(): // it has settled
			mark(&u.processes, Ref{Node: next.Name, ProcessID: now.id}, now.points[0].Slot)
		case was.last() != now.last():
			mark(&u.processes, Ref{Node: next.Name, ProcessID: now.id}, now.last().Slot)
		}
	}
	for _, was := range old.pasts { // one that is remembered no more has to end there
		if _, found := next.pasts.find(was.id); !found && !was.young() && was.last().Last != cesi.MarkUnseen {
			mark(&u.processes, Ref{Node: next.Name, ProcessID: was.id}, next.answered[len(next.answered)-1].Last)
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

// take hands over what there is.
func (u *unsaved) take() (nodes map[string]cesi.Slot, processes map[Ref]cesi.Slot) {
	u.mu.Lock()
	defer u.mu.Unlock()
	nodes, processes = u.nodes, u.processes
	u.nodes, u.processes = nil, nil
	return nodes, processes
}

// giveBack takes up again what was not stored.
func (u *unsaved) giveBack(h cesi.History) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range h.Answered {
		mark(&u.nodes, s.Node, s.Last)
	}
	for _, p := range h.Points {
		mark(&u.processes, Ref{Node: p.Node, ProcessID: p.ProcessID}, p.Slot)
	}
}
