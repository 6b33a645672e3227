package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// NodeSummaryRow is one node's part of something that spans nodes: of a group, or of an
// environment, where it is all of the node.
type NodeSummaryRow struct {
	RowID        string
	Node         string
	Target       string    // as its box sends it
	Spoken       cesi.Text // what a label calls it
	Environments []string
	Badge        Badge
	Bar          Bar
	Words        []StateCount
	Contact      Contact
	Stale        bool
	Down         bool
	Selectable   bool
	Actions      []SetAction // none for those who may not, or while they can't be done
}

// NewNodeSummaryRow sums up a node's share of a group or of an environment.
func NewNodeSummaryRow(base Base, n *fleet.Node, t fleet.Target, counts fleet.Counts) NodeSummaryRow {
	row := NodeSummaryRow{
		RowID: RowID("part", n.Name), Node: n.Name, Target: request.TargetName(t), Environments: n.Environments,
		Badge: NewNodeBadge(n), Bar: NewCountsBar(counts), Words: NewStateCounts(counts), Contact: NewContact(base.Now, n),
		Stale: n.Status != fleet.Up, Down: n.Status == fleet.Down,
		Selectable: base.CanControl() && n.Status == fleet.Up && counts.Total > 0,
	}
	row.Spoken = cesi.T("all on %s", request.Sanitize(n.Name))
	var fields []request.Field
	if t.Group != "" {
		row.Spoken = cesi.T("%s on %s", request.Sanitize(t.Group), request.Sanitize(n.Name))
		fields = []request.Field{{Name: "group", Value: t.Group}}
	}
	if row.Selectable {
		row.Actions = NewSetActions(row.Spoken, row.Spoken, func(action cesi.Action) string {
			return request.NodeQuestion(n.Name, action, base.WayBack(), fields...)
		})
	}
	return row
}
