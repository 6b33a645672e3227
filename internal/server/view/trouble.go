package view

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
)

// AttentionRow is one thing that needs attention: a process, or a node that does
// not answer (ID is empty).
type AttentionRow struct {
	RowID   string
	Node    string
	ID      string // "group:name" of the process
	Group   string
	Name    string
	Badge   Badge
	Reason  i18n.Phrase
	Age     Elapsed
	Control bool
	Logs    string // the log that the row leads to; empty for those who may not
}

// NewAttentionRow shows a process that needs attention.
func NewAttentionRow(t fleet.Trouble, now time.Time, control bool) AttentionRow {
	if t.Process == nil {
		return newSilentRow(t.Node, now, control)
	}
	p := t.Process
	row := AttentionRow{
		RowID: RowID("trouble", t.Node.Name, p.ProcessID.String()),
		Node:  t.Node.Name, ID: p.ProcessID.String(),
		Group: p.Group, Name: p.Name,
		Badge: NewProcessBadge(p.Process), Reason: ReasonOf(*p), Control: control,
	}
	if since := p.Since(); since > 0 {
		row.Age = NewElapsed(t.Node, since)
	}
	return row
}

// PreferredLog is the log to look at first: that of its errors for a process in
// trouble, if it has one, and else what it says.
func PreferredLog(p fleet.Process) string {
	if p.StderrLogfile != "" && (p.Severity() > 0 || p.StdoutLogfile == "") {
		return cesi.Stderr.String()
	}
	return cesi.Stdout.String()
}

// newSilentRow is the row of a node that does not answer.
func newSilentRow(n *fleet.Node, now time.Time, control bool) AttentionRow {
	row := AttentionRow{
		RowID: RowID("trouble", n.Name), Node: n.Name, Badge: NewNodeBadge(n), Control: control,
		Reason: i18n.Of("%s; it never answered", causeOf(n)),
		Age:    Elapsed{Text: FormatElapsed(now.Sub(n.Failure.Since)), Since: n.Failure.Since.UnixMilli()},
	}
	if !n.LastContact.IsZero() {
		row.Reason = i18n.Of("%s; last answer %s", causeOf(n), When(now, n.LastContact))
	}
	return row
}
