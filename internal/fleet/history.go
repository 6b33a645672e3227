package fleet

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

// processList is what the history records of an answer.
type processList []Process

// Len implements history.Processes.
func (l processList) Len() int { return len(l) }

// At implements history.Processes.
func (l processList) At(i int) *cesi.Process { return &l[i].Process }

// Day returns the last 24 hours of a process; see history.Node.Day.
func (n *Node) Day(id cesi.ProcessID, now time.Time) history.Day {
	return n.history.Day(id, now, n.Status == Up)
}

// LoadHistory takes up what was known of the node's last day. It is for a node that
// no reader sees yet, and leaves out what is of other nodes.
func (n *Node) LoadHistory(h cesi.History) { n.history = history.Load(h)[n.Name] }

// LoadHistory takes up what is known of the last day from earlier runs. Call it before
// Apply.
func (f *Fleet) LoadHistory(h cesi.History) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, known := range history.Load(h) {
		f.gone[name] = Node{Name: name, history: known}
	}
}

// takeGone returns a node with what is known of the history of the name: from the
// poller that has it, or as it was taken out, or from an earlier run. Call with mu
// held.
func (f *Fleet) takeGone(name string, had *poller) Node {
	n := f.gone[name]
	delete(f.gone, name)
	if had != nil {
		n = *had.node()
	}
	return n
}

// answeredIn reports whether the node has answered in the slot of the time, in this run.
func (n *Node) answeredIn(now time.Time) bool {
	return !n.LastContact.IsZero() && cesi.BucketOf(n.LastContact) == cesi.BucketOf(now)
}

// pauseOf is how long a node whose polls are an interval apart may not have
// answered without having been silent.
func (n *Node) pauseOf(interval time.Duration) time.Duration {
	if n.Status == Down {
		return 0
	}
	return 2 * interval
}
