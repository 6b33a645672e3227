package fleet

import (
	"maps"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// flights are the processes on which a command is under way. A process takes
// one at a time, but a stop goes ahead of a start that still waits.
type flights struct {
	mu sync.Mutex
	of map[Ref]*flight
}

// flight is one command on one process, from its acceptance to its end.
type flight struct {
	ref    Ref
	action cesi.Action
	done   chan struct{} // closed at its end

	// overtaken is the start or restart that this stop went ahead of, nil if none.
	overtaken *flight
	// by is the user whose stop went ahead of this one. Guarded by flights.mu.
	by string
}

// take accepts a command on a process, or says that another is under way.
func (f *flights) take(ref Ref, action cesi.Action, user string) (*flight, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	mine := &flight{ref: ref, action: action, done: make(chan struct{})}
	if other := f.of[ref]; other != nil {
		starts := other.action == cesi.ActionStart || other.action == cesi.ActionRestart
		if action != cesi.ActionStop || !starts {
			return nil, cesi.Errorf(cesi.Busy, "%s on %s is busy: a %s is under way", ref.What(), ref.Node, other.action)
		}
		other.by = user
		mine.overtaken = other
	}
	f.of[ref] = mine
	return mine, nil
}

// end gives the process free.
func (f *flights) end(mine *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of[mine.ref] == mine {
		delete(f.of, mine.ref)
	}
	close(mine.done)
}

// busy reports whether a command is under way on the process.
func (f *flights) busy(ref Ref) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of[ref] != nil
}

// refs lists the processes with a command under way.
func (f *flights) refs() []Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.of))
}

// overtakenBy returns the user whose stop went ahead of this command, or "".
func (f *flights) overtakenBy(mine *flight) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return mine.by
}
