package request

import (
	"net/url"
	"slices"
	"strings"

	"cesi/internal/fleet"
)

// NodesFilter selects nodes. It is in the page's query.
type NodesFilter struct {
	Text        string // in the name, the address or an environment's name
	Environment string
	State       string // one of nodeStates, or empty
}

// ParseNodesFilter reads the filter from q, environment and state.
func ParseNodesFilter(query url.Values) NodesFilter {
	return NodesFilter{
		Text:        strings.TrimSpace(query.Get("q")),
		Environment: query.Get("environment"),
		State:       query.Get("state"),
	}
}

// Active reports whether the filter excludes anything.
func (f NodesFilter) Active() bool { return f != NodesFilter{} }

// Matches reports whether the filter selects a node.
func (f NodesFilter) Matches(n *fleet.Node) bool {
	return (f.Environment == "" || n.InEnvironment(f.Environment)) && f.matchesState(n) && f.matchesText(n)
}

func (f NodesFilter) matchesState(n *fleet.Node) bool {
	switch f.State {
	case "up":
		return n.Status == fleet.Up
	case "down":
		return n.Status == fleet.Down
	case "connecting":
		return n.Status == fleet.Connecting
	case "attention":
		return n.Status == fleet.Down || n.Status == fleet.Up && n.Counts.Bad > 0
	default:
		return true
	}
}

func (f NodesFilter) matchesText(n *fleet.Node) bool {
	text := strings.ToLower(f.Text)
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return contains(n.Name) || contains(n.Address) || slices.ContainsFunc(n.Environments, contains)
}
