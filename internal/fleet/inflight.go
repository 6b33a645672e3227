package fleet

import (
	"maps"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// inflightSet are the processes on which a command is under way. A process takes
// one at a time, but a stop goes ahead of a start that still waits.
type inflightSet struct {
	mu sync.Mutex
	of map[Ref]*inflight
}

// inflight is one command on one process, from its acceptance to its end.
type inflight struct {
	ref    Ref
	action cesi.Action
	done   chan struct{} // closed at its end

	// overtaken is the start or restart that this stop went ahead of, nil if none.
	preempted *inflight
	// by is the user whose stop went ahead of this one. Guarded by flights.mu.
	preemptedBy string
}

// take accepts a command on a process, or says that another is under way.
func (f *inflightSet) take(ref Ref, action cesi.Action, user string) (*inflight, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := &inflight{ref: ref, action: action, done: make(chan struct{})}
	if other := f.of[ref]; other != nil {
		starts := other.action == cesi.ActionStart || other.action == cesi.ActionRestart
		if action != cesi.ActionStop || !starts {
			return nil, cesi.Errorf(cesi.Busy, "%s on %s is busy: a %s is under way", ref.What(), ref.Node, other.action.Text())
		}
		other.preemptedBy = user
		mine.preempted = other
	}
	f.of[ref] = mine
	return mine, nil
}

// end gives the process free.
func (f *inflightSet) end(mine *inflight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[mine.ref] == mine {
		delete(f.of, mine.ref)
	}
	close(mine.done)
}

// busy reports whether a command is under way on the process.
func (f *inflightSet) busy(ref Ref) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of[ref] != nil
}

// refs lists the processes with a command under way.
func (f *inflightSet) refs() []Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.of))
}

// overtakenBy returns the user whose stop went ahead of this command, or "".
func (f *inflightSet) overtakenBy(mine *inflight) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return mine.preemptedBy
}
