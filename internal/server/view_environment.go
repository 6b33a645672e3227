package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// environmentRow sums up the nodes of one environment.
type environmentRow struct {
	RowID     string
	Name      string
	Nodes     int
	NodesUp   int
	Running   int
	Processes int // of the nodes that answer
	Attention int // bad processes and nodes that don't answer
	Bar       bar
}

func newEnvironmentRows(s *fleet.Snapshot) []environmentRow {
	rows := make([]environmentRow, 0, len(s.Environments))
	for _, e := range s.Environments {
		rows = append(rows, newEnvironmentRow(s, e))
	}
	return rows
}

func newEnvironmentRow(s *fleet.Snapshot, e cesi.Environment) environmentRow {
	row := environmentRow{RowID: rowID("environment", e.Name), Name: e.Name}
	bad, busy := 0, 0
	for _, n := range s.Nodes {
		if !n.InEnvironment(e.Name) {
			continue
		}
		row.Nodes++
		switch n.Status {
		case fleet.Up:
			row.NodesUp++
			row.Running += n.Counts.Running
			row.Processes += n.Counts.Total
			bad += n.Counts.Bad
			busy += n.Counts.Starting + n.Counts.Stopping
		case fleet.Down:
			row.Attention++
		}
	}
	row.Attention += bad
	idle := row.Processes - row.Running - bad - busy
	row.Bar = newBar("", share{"running", row.Running}, share{"moving", busy}, share{"idle", idle}, share{"bad", bad})
	return row
}
