package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// ProcessRow is one process in the table of its node.
type ProcessRow struct {
	RowID      string
	Node       string
	ID         string // "group:name"
	Group      string
	Name       string
	Badge      Badge
	Reason     i18n.Phrase // the second line; zero where there is nothing to explain
	Ago        Elapsed     // how long ago that was; zero: not known
	PID        int
	Uptime     Elapsed // zero: it is not up
	Day        dayBar
	Self       bool
	Selectable bool
	Actions    []RowAction // none for those who may not
	Spoken     i18n.Phrase // what an action's label calls it
	Back       string      // local path that an action leads back to
	Logs       string      // the log that the row leads to; empty for those who may not
}

// RowAction is a button for one process.
type RowAction struct {
	Action   cesi.Action
	Ask      bool // leads to the question first
	Disabled bool
}

// NewProcessRow makes the row of a process as it is now.
func NewProcessRow(base Base, n *fleet.Node, p fleet.Process) ProcessRow {
	row := ProcessRow{
		RowID: ProcessRowID(n.Name, p.ProcessID),
		Node:  n.Name, ID: p.ProcessID.String(), Group: p.Group, Name: p.Name,
		Badge: NewProcessBadge(p.Process), Reason: ReasonOf(p), Day: newDayBar(n.Day(p.ProcessID, base.Now)),
		PID: p.PID, Self: p.Self, Selectable: base.CanControl() && n.Status == fleet.Up,
		Spoken: i18n.Raw(request.Sanitize(p.ProcessID.String())), Back: request.LocalURL("nodes", n.Name),
	}
	if p.PID != 0 {
		row.Uptime = NewElapsed(n, p.Uptime())
	}
	if since := p.Since(); row.Reason.Text != "" && p.State != cesi.Unknown && since > 0 {
		row.Ago = NewElapsed(n, since)
	}
	if base.CanControl() {
		row.Actions = NewRowActions(p, n.Status == fleet.Up)
	}
	if base.CanReadLogs() {
		row.Logs = PreferredLog(p)
	}
	return row
}

// NewRowActions offers a stop to what is active and a start to what is not, and
// a restart to what somebody would want up.
func NewRowActions(p fleet.Process, answering bool) []RowAction {
	disabled := !answering || p.State == cesi.Stopping
	first := RowAction{Action: cesi.ActionStart, Disabled: disabled}
	if p.State.Active() || p.State == cesi.Stopping {
		first = RowAction{Action: cesi.ActionStop, Ask: p.Self || p.MaybeSelf, Disabled: disabled}
	}
	if p.State == cesi.Stopped {
		return []RowAction{first}
	}
	return []RowAction{first, {Action: cesi.ActionRestart, Disabled: disabled}}
}
