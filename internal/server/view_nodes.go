package server

import (
	"time"

	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

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

// nodesPage lists the nodes.
type nodesPage struct {
	basePage
	Rows         []nodeRow
	Total        int
	Filter       request.NodesFilter
	Environments []string
	States       []choice
	Empty        *emptyFleet // set while no node is configured
}

// newNodesPage lists the nodes that the filter lets through, in the order of
// the configuration. ConfigFile is named where there are none at all.
func newNodesPage(base basePage, s *fleet.Snapshot, filter request.NodesFilter, configFile string) nodesPage {
	page := nodesPage{
		basePage: base.at("nodes", base.say("Nodes")).kept(),
		Total:    len(s.Nodes), Filter: filter, States: nodeStates(), Empty: newEmptyFleet(s, configFile),
	}
	for _, e := range s.Environments {
		page.Environments = append(page.Environments, e.Name)
	}
	for _, n := range s.Nodes {
		if filter.Matches(n) {
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
