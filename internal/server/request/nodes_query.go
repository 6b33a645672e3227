package request

import (
	"net/url"
	"slices"
	"strings"

	"cesi/internal/fleet"
)

// NodesQuery selects nodes. It is in the page's address.
type NodesQuery struct {
	Text        string // in the name, the address or an environment's name
	Environment string
	State       string // one of nodeStates, or empty
	Page        int
}

// ParseNodesQuery reads q, environment, state and page.
func ParseNodesQuery(query url.Values) (NodesQuery, error) {
	page, err := ParsePage(query.Get("page"))
	return NodesQuery{
		Text: strings.TrimSpace(query.Get("q")), Environment: query.Get("environment"),
		State: query.Get("state"), Page: page,
	}, err
}

// Active reports whether the query excludes anything.
func (q NodesQuery) Active() bool { return q.Text != "" || q.Environment != "" || q.State != "" }

// Path returns the local path of another page of the query.
func (q NodesQuery) Path(page int) string {
	values := PageValues(page)
	for name, value := range map[string]string{"q": q.Text, "environment": q.Environment, "state": q.State} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return PathWith(values, "nodes")
}

// Matches reports whether the query selects a node.
func (q NodesQuery) Matches(n *fleet.Node) bool {
	return (q.Environment == "" || n.InEnvironment(q.Environment)) && q.matchesState(n) && q.matchesText(n)
}

func (q NodesQuery) matchesState(n *fleet.Node) bool {
	switch q.State {
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

func (q NodesQuery) matchesText(n *fleet.Node) bool {
	text := strings.ToLower(q.Text)
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return contains(n.Name) || contains(n.Address) || slices.ContainsFunc(n.Environments, contains)
}
