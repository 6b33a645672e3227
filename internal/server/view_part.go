package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// partRow is one node's part of something that spans nodes: of a group, or of an
// environment, where it is all of the node.
type partRow struct {
	RowID        string
	Node         string
	Group        string       // empty: all of the node
	Target       string       // as its box sends it
	Spoken       words.Phrase // what an action's label calls it
	Environments []string
	Badge        badge
	Bar          bar
	Words        []stateCount
	Contact      contact
	Stale        bool
	Down         bool
	Selectable   bool
	Back         string        // local path that an action leads back to
	Actions      []cesi.Action // none for those who may not, or while they can't be done
}

func newPartRow(base basePage, n *fleet.Node, t fleet.Target, counts fleet.Counts) partRow {
	row := partRow{
		RowID: rowID("part", n.Name), Node: n.Name, Group: t.Group, Target: request.TargetName(t), Environments: n.Environments,
		Badge: newNodeBadge(n), Bar: newCountsBar(counts), Words: newStateCounts(counts), Contact: newContact(base.Now, n),
		Stale: n.Status != fleet.Up, Down: n.Status == fleet.Down, Back: base.WayBack(),
		Selectable: base.CanControl() && n.Status == fleet.Up && counts.Total > 0,
	}
	row.Spoken = words.Of("all on %s", request.Sanitize(n.Name))
	if t.Group != "" {
		row.Spoken = words.Of("%s on %s", request.Sanitize(t.Group), request.Sanitize(n.Name))
	}
	if row.Selectable {
		row.Actions = request.SetActions()
	}
	return row
}
