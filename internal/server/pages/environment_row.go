package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// environmentRow summarizes the nodes of one environment.
type environmentRow struct {
	RowID     string
	Name      string
	Nodes     int
	NodesUp   int
	Running   int
	Processes int    // of the nodes that answer
	Attention int    // bad processes and nodes that don't answer
	Link      string // local path of its page
	Troubles  string // local path of its processes that need attention
	Bar       view.Bar
}

func newEnvironmentRows(s *fleet.Snapshot) []environmentRow {
	rows := make([]environmentRow, 0, len(s.Environments))
	for _, e := range s.Environments {
		rows = append(rows, newEnvironmentRow(s, e.Name))
	}
	return rows
}

func newEnvironmentRow(s *fleet.Snapshot, name string) environmentRow {
	nodes, counts := s.Members(name)
	row := environmentRow{
		RowID: view.RowID("environment", name), Name: name, Nodes: len(nodes),
		Running: counts.Running, Processes: counts.Total, Attention: counts.Bad,
		Link: environmentPath(name, 1),
		Troubles: request.ProcessesQuery{
			Filter: fleet.Filter{Environment: name, Attention: fleet.NeedsAttention}, Sort: "name", Page: 1,
		}.Path(),
	}
	for _, n := range nodes {
		switch n.Status {
		case fleet.Up:
			row.NodesUp++
		case fleet.Down:
			row.Attention++
		}
	}
	row.Bar = view.NewCountsBar(counts)
	row.Bar.Label = cesi.Text{} // the numbers next to it say it
	return row
}
