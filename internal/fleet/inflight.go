package fleet

import (
	"maps"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// inflightSet are the processes with a running command. A process has one at a time,
// but a stop preempts a start that still waits.
type inflightSet struct {
	mu sync.Mutex
	of map[Ref]*inflight
}

// inflight is one command on one process, from its acceptance to its end.
type inflight struct {
	ref    Ref
	action cesi.Action
	done   chan struct{} // closed at its end

	// preempted is the start or restart that this stop preempted, nil if none.
	preempted *inflight
	// preemptedBy is the user whose stop preempted this command. Guarded by
	// inflightSet.mu.
	preemptedBy string
}

// take accepts a command on a process, or says that another one is running.
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

// end releases the process.
func (f *inflightSet) end(mine *inflight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[mine.ref] == mine {
		delete(f.of, mine.ref)
	}
	close(mine.done)
}

// busy reports whether a command is running on the process.
func (f *inflightSet) busy(ref Ref) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of[ref] != nil
}

// refs lists the processes with a running command.
func (f *inflightSet) refs() []Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.of))
}

// preemptingUser returns the user whose stop preempted this command, or "".
func (f *inflightSet) preemptingUser(mine *inflight) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return mine.preemptedBy
}
