package server

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"cesi/internal/fleet"
	"cesi/internal/words"
)

// nodesFilter chooses nodes; it lives in the page's query.
type nodesFilter struct {
	Text        string // in the name, the address or an environment's name
	Environment string
	State       string // one of nodeStates, or empty
}

// nodesFilterOf reads the filter from q, environment and state.
func nodesFilterOf(query url.Values) nodesFilter {
	return nodesFilter{
		Text:        strings.TrimSpace(query.Get("q")),
		Environment: query.Get("environment"),
		State:       query.Get("state"),
	}
}

// Active reports whether the filter leaves anything out.
func (f nodesFilter) Active() bool { return f != nodesFilter{} }

// choice is an option of a select element.
type choice struct {
	Value string
	Label words.Phrase
}

// nodeStates are the states to filter by.
func nodeStates() []choice {
	return []choice{
		{"up", words.Of("answering")},
		{"down", words.Of("not answering")},
		{"attention", words.Of("needing attention")},
		{"connecting", words.Of("connecting")},
	}
}

func (f nodesFilter) matches(n *fleet.Node) bool {
	return (f.Environment == "" || n.InEnvironment(f.Environment)) && f.matchesState(n) && f.matchesText(n)
}

func (f nodesFilter) matchesState(n *fleet.Node) bool {
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

func (f nodesFilter) matchesText(n *fleet.Node) bool {
	text := strings.ToLower(f.Text)
	contains := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return contains(n.Name) || contains(n.Address) || slices.ContainsFunc(n.Environments, contains)
}

// nodesPage lists the nodes.
type nodesPage struct {
	basePage
	Rows         []nodeRow
	Total        int
	Filter       nodesFilter
	Environments []string
	States       []choice
	Empty        *emptyFleet // set while no node is configured
}

// newNodesPage lists the nodes that the filter lets through, in the order of
// the configuration. ConfigFile is named where there are none at all.
func newNodesPage(base basePage, s *fleet.Snapshot, filter nodesFilter, configFile string) nodesPage {
	page := nodesPage{
		basePage: base.at("nodes", base.say("Nodes")).kept(),
		Total:    len(s.Nodes), Filter: filter, States: nodeStates(), Empty: newEmptyFleet(s, configFile),
	}
	for _, e := range s.Environments {
		page.Environments = append(page.Environments, e.Name)
	}
	for _, n := range s.Nodes {
		if filter.matches(n) {
			page.Rows = append(page.Rows, newNodeRow(base.Now, n))
		}
	}
	return page
}

// nodeRow is one node in the list of nodes.
type nodeRow struct {
	RowID        string
	Name         string
	Address      string
	Environments []string
	Badge        badge
	Version      string
	Bar          bar
	Words        []stateCount
	Contact      contact
	Stale        bool
	Down         bool
	Failure      *failureView
}

func newNodeRow(now time.Time, n *fleet.Node) nodeRow {
	return nodeRow{
		RowID: rowID("node", n.Name),
		Name:  n.Name, Address: placeOf(n), Environments: n.Environments, Badge: newNodeBadge(n),
		Version: n.Supervisor.Version, Bar: newCountsBar(n.Counts), Words: newStateCounts(n.Counts),
		Contact: newContact(now, n),
		Stale:   n.Stale(), Down: n.Status == fleet.Down, Failure: newFailureView(n),
	}
}
