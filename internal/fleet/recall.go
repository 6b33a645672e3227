package fleet

import (
	"slices"

	"cesi/internal/cesi"
)

// Recall takes up what is known of the last day from earlier runs. Call it before
// Apply.
func (f *Fleet) Recall(h cesi.History) {
	byNode := make(map[string]*cesi.History)
	of := func(node string) *cesi.History {
		if byNode[node] == nil {
			byNode[node] = &cesi.History{}
		}
		return byNode[node]
	}
	for _, a := range h.Answered {
		known := of(a.Node)
		known.Answered = append(known.Answered, a)
	}
	for _, p := range h.Points {
		known := of(p.Node)
		known.Points = append(known.Points, p)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, known := range byNode {
		n := Node{Name: name}
		n.Recall(*known)
		f.pasts[name] = n
	}
}

// takePast returns a node with what is known of the past of the name: from the
// poller that has it, or as it was taken out, or from an earlier run. Call with mu
// held.
func (f *Fleet) takePast(name string, had *poller) Node {
	n := f.pasts[name]
	delete(f.pasts, name)
	if had != nil {
		n = *had.node()
	}
	return n
}

// Recall takes up what was known of the node's last day. It is for a node that
// nobody sees yet, and leaves out what is of other nodes.
func (n *Node) Recall(h cesi.History) {
	n.answered, n.pasts = nil, nil
	for _, a := range h.Answered {
		if a.Node == n.Name {
			n.answered = append(n.answered, a.Stretch)
		}
	}
	slices.SortFunc(n.answered, func(a, b cesi.Stretch) int { return int(a.First - b.First) })
	byID := make(map[cesi.ProcessID][]cesi.Point)
	for _, p := range h.Points {
		if p.Node == n.Name {
			byID[p.ProcessID] = append(byID[p.ProcessID], p.Point)
		}
	}
	for id, points := range byID {
		slices.SortFunc(points, func(a, b cesi.Point) int { return int(a.Slot - b.Slot) })
		n.pasts = append(n.pasts, past{id: id, points: points})
	}
	slices.SortFunc(n.pasts, func(a, b past) int { return a.id.Compare(b.id) })
}
