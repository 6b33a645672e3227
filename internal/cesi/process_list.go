package cesi

import (
	"iter"
	"slices"
)

// ProcessList has the processes of one reply of a supervisord, in its order. It is an
// immutable value; lists share the memory of what did not change. The zero value is
// empty.
type ProcessList struct {
	now       int64     // of the first process
	processes []Process // Now is relative to now, so that passing time changes nothing
}

// NewProcessList returns a list of the processes.
func NewProcessList(processes []Process) ProcessList {
	var b ProcessListBuilder
	for _, p := range processes {
		b.Add(p)
	}
	return b.List()
}

// Len returns the number of processes.
func (l ProcessList) Len() int { return len(l.processes) }

// Now returns the time of the reply, by the first process: in seconds since 1970 by
// the node's clock.
func (l ProcessList) Now() int64 { return l.now }

// At returns the process at an index below Len.
func (l ProcessList) At(i int) Process {
	p := l.processes[i]
	p.Now += l.now
	return p
}

// All iterates over the processes.
func (l ProcessList) All() iter.Seq[Process] {
	return func(yield func(Process) bool) {
		for i := range l.processes {
			if !yield(l.At(i)) {
				return
			}
		}
	}
}

// Slice returns the processes in a new slice.
func (l ProcessList) Slice() []Process {
	made := make([]Process, l.Len())
	for i := range made {
		made[i] = l.At(i)
	}
	return made
}

// ProcessListBuilder makes a ProcessList from the processes of a reply. It allocates
// only if the list differs from Known in more than the time.
type ProcessListBuilder struct {
	Known ProcessList // that of an earlier reply; it is not changed

	now   int64
	count int
	made  []Process // nil: all so far are those of Known
}

// Add adds the next process.
func (b *ProcessListBuilder) Add(p Process) {
	if b.count == 0 {
		b.now = p.Now
	}
	p.Now -= b.now
	known := b.Known.processes
	if b.made == nil {
		if b.count < len(known) && known[b.count] == p {
			b.count++
			return
		}
		b.made = make([]Process, b.count, max(len(known), b.count+1))
		copy(b.made, known)
	}
	b.made = append(b.made, p)
	b.count++
}

// List returns the list of the processes added so far.
func (b *ProcessListBuilder) List() ProcessList {
	made := b.made
	switch {
	case b.count == 0:
		return ProcessList{}
	case made == nil && b.count == b.Known.Len():
		made = b.Known.processes
	case made == nil:
		made = slices.Clone(b.Known.processes[:b.count])
	case cap(made) > 2*len(made):
		made = slices.Clone(made)
	}
	return ProcessList{now: b.now, processes: made}
}
