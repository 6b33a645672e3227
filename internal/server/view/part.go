package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// NodeSummaryRow summarizes the part of a group on one node, or one node of an
// environment.
type NodeSummaryRow struct {
	RowID        string
	Node         string
	Target       string    // as its checkbox sends it
	AriaName     cesi.Text // its name in labels
	Environments []string
	Badge        Badge
	Bar          Bar
	Words        []StateCount
	Contact      Contact
	Stale        bool
	Down         bool
	Selectable   bool
	Actions      []SetAction // empty without permission, or while they are impossible
}

// NewNodeSummaryRow summarizes the part of a group or of an environment on a node.
func NewNodeSummaryRow(base Base, n *fleet.Node, t fleet.Target, counts fleet.Counts) NodeSummaryRow {
	row := NodeSummaryRow{
		RowID: RowID("part", n.Name), Node: n.Name, Target: fleet.TargetName(t), Environments: n.Environments,
		Badge: NewNodeBadge(n), Bar: NewCountsBar(counts), Words: NewStateCounts(counts), Contact: NewContact(base.Now, n),
		Stale: n.Status != fleet.Up, Down: n.Status == fleet.Down,
		Selectable: base.CanControl() && n.Status == fleet.Up && counts.Total > 0,
	}
	row.AriaName = cesi.T("all on %s", request.Sanitize(n.Name))
	var fields []request.Field
	if t.Group != "" {
		row.AriaName = cesi.T("%s on %s", request.Sanitize(t.Group), request.Sanitize(n.Name))
		fields = []request.Field{{Name: "group", Value: t.Group}}
	}
	if row.Selectable {
		row.Actions = NewSetActions(row.AriaName, row.AriaName, func(action cesi.Action) string {
			return request.NodeQuestion(n.Name, action, base.BackPath(), fields...)
		})
	}
	return row
}
