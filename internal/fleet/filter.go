package fleet

import (
	"slices"
	"strings"

	"cesi/internal/cesi"
)

// Attention is a filter's condition on whether a process needs attention.
type Attention int

// The values of Attention.
const (
	AnyAttention Attention = iota
	NeedsAttention
	NeedsNone
)

// Filter selects processes of the fleet; the zero value selects all. A filter with a
// state or with Attention selects none of a node that does not answer: the present
// states are not known.
type Filter struct {
	Text        string // in "group:name" or the node's name, in any case
	Node        string
	Environment string
	Group       string
	States      []cesi.State // any of these; empty: all
	Attention   Attention
	Answering   bool // nothing of a node that does not answer
}

// Match is one process of the fleet, with its node.
type Match struct {
	Node    *Node
	Process *Process
}

// Find returns the processes that the filter selects, node by node.
func (s *Snapshot) Find(f Filter) []Match {
	text := strings.ToLower(f.Text)
	var found []Match
	for _, n := range s.Nodes {
		if !f.takesNode(n) {
			continue
		}
		all := text == "" || strings.Contains(strings.ToLower(n.Name), text)
		for i := range n.Processes {
			p := &n.Processes[i]
			if f.takes(p) && (all || containsFold(p, text)) {
				found = append(found, Match{n, p})
			}
		}
	}
	return found
}

func (f Filter) takesNode(n *Node) bool {
	if n.Status != Up && (f.Answering || len(f.States) > 0 || f.Attention != AnyAttention) {
		return false
	}
	return (f.Node == "" || n.Name == f.Node) && (f.Environment == "" || n.InEnvironment(f.Environment))
}

func (f Filter) takes(p *Process) bool {
	if f.Group != "" && p.Group != f.Group {
		return false
	}
	if len(f.States) > 0 && !slices.Contains(f.States, p.State) {
		return false
	}
	return f.Attention == AnyAttention || (p.Severity() > 0) == (f.Attention == NeedsAttention)
}

// containsFold searches for a lower-case text in "group:name".
func containsFold(p *Process, text string) bool {
	return strings.Contains(strings.ToLower(p.Group), text) || strings.Contains(strings.ToLower(p.Name), text) ||
		strings.Contains(text, ":") && strings.Contains(strings.ToLower(p.ProcessID.String()), text)
}
