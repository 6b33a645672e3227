package fleet

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

// processList is an answer in the form for the history.
type processList []Process

// Len implements history.Processes.
func (l processList) Len() int { return len(l) }

// At implements history.Processes.
func (l processList) At(i int) *cesi.Process { return &l[i].Process }

// Day returns the last 24 hours of a process; see history.Node.Day.
func (n *Node) Day(id cesi.ProcessID, now time.Time) history.Day {
	return n.history.Day(id, now, n.Status == Up)
}

// LoadHistory loads the stored history of the node. It is for a node that is not
// published yet, and ignores the history of other nodes.
func (n *Node) LoadHistory(h cesi.History) { n.history = history.Load(h)[n.Name] }

// LoadHistory loads the history of earlier runs. Call it before Apply.
func (f *Fleet) LoadHistory(h cesi.History) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, known := range history.Load(h) {
		f.gone[name] = Node{Name: name, history: known}
	}
}

// takeGone returns a node with the known history of the name: from its poller, from its
// removal, or from an earlier run. Call with mu held.
func (f *Fleet) takeGone(name string, had *poller) Node {
	n := f.gone[name]
	delete(f.gone, name)
	if had != nil {
		n = *had.node()
	}
	return n
}

// answeredIn reports whether the node has answered in the slot of the time, in this
// run.
func (n *Node) answeredIn(now time.Time) bool {
	return !n.LastContact.IsZero() && cesi.BucketOf(n.LastContact) == cesi.BucketOf(now)
}

// pauseOf returns how long a node with that poll interval may be without an answer
// before it counts as silent.
func (n *Node) pauseOf(interval time.Duration) time.Duration {
	if n.Status == Down {
		return 0
	}
	return 2 * interval
}
