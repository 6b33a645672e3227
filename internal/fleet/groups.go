package fleet

import (
	"slices"

	"cesi/internal/cesi"
)

// Group is one group name across the fleet: the groups of that name on all nodes.
type Group struct {
	Name  string
	Parts []GroupPart // in the order of the nodes
	// Counts include only nodes that answer, as in the Snapshot.
	Counts Counts
}

// GroupPart is the part of a group on one node.
type GroupPart struct {
	Node      *Node
	Processes []Process // sorted by name
	Counts    Counts
}

// groupIndex is a Snapshot's index of groups, made on first use.
type groupIndex struct {
	all    []*Group
	byName map[string]*Group
}

// Groups lists the groups by name. The first call on a snapshot is a pass over its
// processes; later ones cost nothing.
func (s *Snapshot) Groups() []*Group { return s.groupIndex().all }

// Group returns the group of that name.
func (s *Snapshot) Group(name string) (*Group, bool) {
	g, found := s.groupIndex().byName[name]
	return g, found
}

// In returns the part of the group on the nodes of an environment; the whole group for
// "", and false if there is none.
func (g *Group) In(environment string) (*Group, bool) {
	if environment == "" {
		return g, true
	}
	part := &Group{Name: g.Name}
	for _, p := range g.Parts {
		if p.Node.InEnvironment(environment) {
			part.include(p)
		}
	}
	return part, len(part.Parts) > 0
}

func (g *Group) include(part GroupPart) {
	g.Parts = append(g.Parts, part)
	if part.Node.Status == Up {
		g.Counts.add(part.Counts)
	}
}

func (s *Snapshot) groupIndex() *groupIndex {
	s.indexOnce.Do(func() {
		s.index = groupIndex{byName: make(map[string]*Group)}
		for _, n := range s.Nodes {
			for _, part := range n.parts() {
				s.index.include(part)
			}
		}
		slices.SortFunc(s.index.all, func(a, b *Group) int { return cesi.CompareNames(a.Name, b.Name) })
	})
	return &s.index
}

func (x *groupIndex) include(part GroupPart) {
	name := part.Processes[0].Group
	g := x.byName[name]
	if g == nil {
		g = &Group{Name: name}
		x.byName[name] = g
		x.all = append(x.all, g)
	}
	g.include(part)
}

// parts splits the node's processes, which are sorted by group.
func (n *Node) parts() []GroupPart {
	var parts []GroupPart
	first := 0
	for i := range n.Processes {
		if i+1 < len(n.Processes) && n.Processes[i+1].Group == n.Processes[first].Group {
			continue
		}
		part := GroupPart{Node: n, Processes: n.Processes[first : i+1 : i+1]}
		for _, p := range part.Processes {
			part.Counts.Count(p.Process)
		}
		parts = append(parts, part)
		first = i + 1
	}
	return parts
}
