package server

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/words"
)

// troubleRow is one thing that needs attention: a process, or a node that does
// not answer (ID is empty).
type troubleRow struct {
	RowID   string
	Node    string
	ID      string // "group:name" of the process
	Group   string
	Name    string
	Badge   badge
	Reason  words.Phrase
	Age     lasting
	Control bool
	Logs    string // the log that the row leads to; empty for those who may not
}

func newTroubleRow(t fleet.Trouble, now time.Time, control bool) troubleRow {
	if t.Process == nil {
		return newSilentRow(t.Node, now, control)
	}
	p := t.Process
	row := troubleRow{
		RowID: rowID("trouble", t.Node.Name, p.ProcessID.String()),
		Node:  t.Node.Name, ID: p.ProcessID.String(),
		Group: p.Group, Name: p.Name,
		Badge: newProcessBadge(p.Process), Reason: reasonOf(*p), Control: control,
	}
	if since := p.Since(); since > 0 {
		row.Age = newLasting(t.Node, since)
	}
	return row
}

// tellingLog is the log to look at first: that of its errors for a process in
// trouble, if it has one, and else what it says.
func tellingLog(p fleet.Process) string {
	if p.StderrLogfile != "" && (p.Severity() > 0 || p.StdoutLogfile == "") {
		return cesi.Stderr.String()
	}
	return cesi.Stdout.String()
}

// newSilentRow is the row of a node that does not answer.
func newSilentRow(n *fleet.Node, now time.Time, control bool) troubleRow {
	row := troubleRow{
		RowID: rowID("trouble", n.Name), Node: n.Name, Badge: newNodeBadge(n), Control: control,
		Reason: words.Of("%s; it never answered", causeOf(n)),
		Age:    lasting{Text: lasted(now.Sub(n.Failure.Since)), Since: n.Failure.Since.UnixMilli()},
	}
	if !n.LastContact.IsZero() {
		row.Reason = words.Of("%s; last answer %s", causeOf(n), when(now, n.LastContact))
	}
	return row
}
