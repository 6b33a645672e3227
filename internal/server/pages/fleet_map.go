package pages

import (
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

const (
	// mapElements bounds the elements of the map. If a square for each process would
	// need more, each node has a bar instead, the worst nodes first; a node without a
	// bar has the colour of its worst process.
	mapElements = 5000
	// mapRoomy is up to how many nodes have large cells in the order of the
	// configuration.
	mapRoomy = 60
	// mapCells bounds the nodes that are drawn, worst first. A cell without a bar has
	// two elements, or four with the icon of a silent node.
	mapCells = 1200
)

// fleetMap has a cell for each node and a square for each process.
type fleetMap struct {
	Cells []mapCell
	Dense bool // small cells, worst first
	Bars  bool // a bar for each node instead of squares
	Nodes int
	Left  int // nodes that are not drawn
}

// mapCell is one node.
type mapCell struct {
	RowID   string
	Node    string
	Tone    view.Tone // ToneBad or ToneMoving; empty for a node that answers
	Label   cesi.Text
	Squares []view.MapSquare
	Small   bool        // it has a bar or a colour instead of squares
	Bar     view.Bar    // zero value: none
	Plain   view.Tone   // of its worst process
	Moving  []fleet.Ref // processes with a square that start or stop
}

func newFleetMap(s *fleet.Snapshot) fleetMap {
	m := fleetMap{Nodes: len(s.Nodes), Dense: len(s.Nodes) > mapRoomy, Bars: squareElements(s) > mapElements}
	nodes := s.Nodes
	if m.Dense {
		nodes = slices.Clone(nodes)
		slices.SortStableFunc(nodes, fleet.CompareTrouble)
	}
	if len(nodes) > mapCells {
		m.Left = len(nodes) - mapCells
		nodes = nodes[:mapCells]
	}
	for _, n := range nodes {
		m.Cells = append(m.Cells, newMapCell(n, m.Bars))
	}
	if m.Bars {
		m.reduceBars()
	}
	return m
}

// squareElements counts the elements of a map with a square for each process.
func squareElements(s *fleet.Snapshot) int {
	const cell = 6 // with a name and an icon
	count := 0
	for _, n := range s.Nodes {
		count += cell + len(n.Processes)
	}
	return count
}

// reduceBars removes the bars of one colour, and those for which no elements are left.
func (m *fleetMap) reduceBars() {
	left := mapElements
	for _, cell := range m.Cells {
		left -= cell.elements()
	}
	for i := range m.Cells {
		cell := &m.Cells[i]
		if parts := len(cell.Bar.Segments); parts == 1 || parts+1 > left {
			*cell = cell.withoutBar()
		} else if parts > 1 {
			left -= parts + 1
		}
	}
}

// elements counts the elements of a small cell without its bar.
func (c mapCell) elements() int {
	if c.Tone == view.ToneBad {
		return 4
	}
	return 2
}

// withoutBar returns a small cell without its bar.
func (c mapCell) withoutBar() mapCell {
	if parts := c.Bar.Segments; len(parts) > 0 {
		c.Plain = parts[len(parts)-1].Tone // the worst is last
	}
	c.Bar = view.Bar{}
	return c
}

func newMapCell(n *fleet.Node, bars bool) mapCell {
	cell := mapCell{RowID: view.RowID("map", n.Name), Node: n.Name, Label: cellLabel(n), Small: bars}
	switch n.Status {
	case fleet.Down:
		cell.Tone = view.ToneBad
	case fleet.Connecting:
		cell.Tone = view.ToneMoving
	}
	if bars {
		if n.Status == fleet.Up {
			cell.Bar = view.NewCountsBar(n.Counts)
			cell.Bar.Label = cesi.Text{} // the cell's label says it
		}
		return cell
	}
	for i, p := range n.Processes {
		if p.State == cesi.Starting || p.State == cesi.Stopping {
			cell.Moving = append(cell.Moving, fleet.Ref{Node: n.Name, ProcessID: p.ProcessID})
		}
		cell.Squares = append(cell.Squares, view.MapSquare{
			Tone: view.NewProcessBadge(p.Process).Tone, RowID: view.ProcessRowID(n.Name, p.ProcessID), Page: i/NodeRows + 1, Title: squareTitle(p),
		})
	}
	return cell
}

func squareTitle(p fleet.Process) cesi.Text {
	title := cesi.Raw(request.Sanitize(p.ProcessID.String()) + " " + p.State.String())
	if reason := view.ReasonOf(p); reason.ID != "" && p.State != cesi.Stopped {
		return cesi.T("%s: %s", title, reason)
	}
	return title
}

// cellLabel describes a node's state: "web-14: 12 running, 1 fatal".
func cellLabel(n *fleet.Node) cesi.Text {
	what := view.NewCountsBar(n.Counts).Label
	switch {
	case n.Status == fleet.Down:
		what = cesi.T("does not answer")
	case n.Status == fleet.Connecting:
		what = cesi.T("connecting")
	case n.Counts.Total == 0:
		what = cesi.T("no processes")
	}
	return cesi.T("%s: %s", request.Sanitize(n.Name), what)
}
