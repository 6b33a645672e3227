package pages

import (
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// matrix shows the processes of a group: a row for each process, a column for each
// node.
type matrix struct {
	Columns []matrixColumn
	Rows    []matrixRow
	// Dense has no room for text: it is in labels.
	Dense bool
}

// roomyColumns is up to how many columns the cells have room for text.
const roomyColumns = 8

type matrixColumn struct {
	Node  string
	Stale bool // the node does not answer
}

// matrixRow is one process on all nodes that have it.
type matrixRow struct {
	RowID   string
	Name    string
	Running int // on answering nodes of all pages
	Known   int
	Cells   []matrixCell
	Actions []view.SetAction // on all nodes; empty without permission, or while none of its nodes answers
}

// matrixCell is one process on one node; Missing if the node does not have it.
type matrixCell struct {
	Missing bool
	Badge   view.Badge
	Node    string
	RowID   string
	Link    string    // local path of its row
	Label   cesi.Text // "web-1: FATAL, exited too quickly"
	Stale   bool
}

// newMatrix shows the named processes of a group in an environment, on the nodes of the
// parts.
func newMatrix(base view.Base, g *fleet.Group, parts []fleet.GroupPart, names []string, environment string) matrix {
	m := matrix{Dense: len(parts) > roomyColumns}
	for _, part := range parts {
		m.Columns = append(m.Columns, matrixColumn{part.Node.Name, part.Node.Status != fleet.Up})
	}
	for _, name := range names {
		id := cesi.ProcessID{Group: g.Name, Name: name}
		row := matrixRow{RowID: view.RowID("row", name), Name: name}
		for _, part := range g.Parts {
			p, found := processIn(part, name)
			if !found || part.Node.Status != fleet.Up {
				continue
			}
			row.Known++
			if p.State == cesi.Running {
				row.Running++
			}
		}
		for _, part := range parts {
			row.Cells = append(row.Cells, newMatrixCell(part, name))
		}
		if base.CanControl() && row.Known > 0 {
			scope := request.ScopeOf(fleet.ScopeProcess, id.String(), environment)
			everywhere, short := cesi.T("%s on all nodes", request.Sanitize(id.String())), cesi.T("%s on all nodes", cesi.T("it"))
			row.Actions = view.NewSetActions(everywhere, short, func(action cesi.Action) string {
				return scope.QuestionPath(action, base.BackPath())
			})
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func processIn(part fleet.GroupPart, name string) (fleet.Process, bool) {
	i, found := slices.BinarySearchFunc(part.Processes, name, func(p fleet.Process, name string) int {
		return cesi.CompareNames(p.Name, name)
	})
	if !found {
		return fleet.Process{}, false
	}
	return part.Processes[i], true
}

func newMatrixCell(part fleet.GroupPart, name string) matrixCell {
	p, found := processIn(part, name)
	if !found {
		return matrixCell{Missing: true, Node: part.Node.Name}
	}
	cell := matrixCell{
		Badge: view.NewProcessBadge(p.Process), Node: part.Node.Name, RowID: view.ProcessRowID(part.Node.Name, p.ProcessID),
		Label: cesi.T("%s: %s", request.Sanitize(part.Node.Name), p.State.String()), Stale: part.Node.Status != fleet.Up,
	}
	cell.Link = view.RowLink(request.LocalURL("nodes", part.Node.Name), cell.RowID)
	reason := view.ReasonOf(p)
	switch {
	case cell.Stale:
		cell.Label = cesi.T("%s when it answered last", cell.Label)
	case reason.ID != "":
		cell.Label = cesi.T("%s, %s", cell.Label, reason)
	}
	return cell
}
