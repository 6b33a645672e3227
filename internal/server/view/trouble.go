package view

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// AttentionRow is one thing that needs attention: a process, or a node that does not
// answer (ID is empty).
type AttentionRow struct {
	RowID   string
	Node    string
	ID      string   // "group:name" of the process
	What    RichText // the process on its node
	Badge   Badge
	Reason  cesi.Text
	Age     Elapsed
	Link    string // local path of its page
	Restart string // local path for a restart; empty for a node, and without permission
	Log     string // local path of its log; empty without permission
}

// NewAttentionRow makes the row of a thing that needs attention.
func NewAttentionRow(t fleet.Trouble, now time.Time, control bool) AttentionRow {
	if t.Process == nil {
		return newSilentRow(t.Node, now)
	}
	p := t.Process
	row := AttentionRow{
		RowID: RowID("trouble", t.Node.Name, p.ProcessID.String()),
		Node:  t.Node.Name, ID: p.ProcessID.String(),
		Link:  request.LocalURL("nodes", t.Node.Name, "processes", p.ProcessID),
		Badge: NewProcessBadge(p.Process), Reason: ReasonOf(*p),
	}
	row.What.Text = cesi.T("%s on %s", row.What.put(processName{p.Group, p.Name, row.Link}),
		row.What.Name(cesi.Raw(row.Node), "", request.LocalURL("nodes", row.Node)))
	if control {
		row.Restart = RowAction{Action: cesi.ActionRestart}.LinkOn(t.Node.Name, p.ProcessID, "")
	}
	if since := p.Since(); since > 0 {
		row.Age = NewElapsed(t.Node, since)
	}
	return row
}

// PreferredLog returns the local path of the log to read first: stderr for a process in
// trouble, if it has one, else stdout.
func PreferredLog(node string, p fleet.Process) string {
	stream := cesi.Stdout
	if p.StderrLogfile != "" && (p.Severity() > 0 || p.StdoutLogfile == "") {
		stream = cesi.Stderr
	}
	return request.LogPath(node, cesi.LogName{Process: p.ProcessID, Stream: stream})
}

// newSilentRow makes the row of a node that does not answer.
func newSilentRow(n *fleet.Node, now time.Time) AttentionRow {
	row := AttentionRow{
		RowID: RowID("trouble", n.Name), Node: n.Name, Badge: NewNodeBadge(n), Link: request.LocalURL("nodes", n.Name),
		Reason: cesi.T("%s; it never answered", causeOf(n)),
		Age:    Elapsed{Text: cesi.DurationText(now.Sub(n.Failure.Since)), Since: n.Failure.Since.UnixMilli()},
	}
	if !n.LastContact.IsZero() {
		row.Reason = cesi.T("%s; last answer %s", causeOf(n), When(now, n.LastContact))
	}
	return row
}
