package history

import (
	"slices"

	"cesi/internal/cesi"
)

// Load turns stored history into Nodes, by name.
func Load(h cesi.History) map[string]Node {
	nodes := make(map[string]Node)
	for _, a := range h.Answered {
		n := nodes[a.Node]
		n.spans = append(n.spans, a.Span)
		nodes[a.Node] = n
	}
	points := make(map[process][]cesi.Point)
	for _, p := range h.Points {
		key := process{p.Node, p.ProcessID}
		points[key] = append(points[key], p.Point)
	}
	for key, list := range points {
		slices.SortFunc(list, func(a, b cesi.Point) int { return int(a.Bucket - b.Bucket) })
		n := nodes[key.node]
		n.processes = append(n.processes, timeline{id: key.ProcessID, points: list})
		nodes[key.node] = n
	}
	for name, n := range nodes {
		slices.SortFunc(n.spans, func(a, b cesi.Span) int { return int(a.First - b.First) })
		slices.SortFunc(n.processes, func(a, b timeline) int { return a.id.Compare(b.id) })
		nodes[name] = n
	}
	return nodes
}
