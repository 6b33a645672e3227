package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// processRow is one process in the table of its node.
type processRow struct {
	RowID      string
	Node       string
	ID         string // "group:name"
	Group      string
	Name       string
	Badge      badge
	Reason     words.Phrase // the second line; zero where there is nothing to explain
	Ago        lasting      // how long ago that was; zero: not known
	PID        int
	Uptime     lasting // zero: it is not up
	Day        dayBar
	Self       bool
	Selectable bool
	Actions    []rowAction  // none for those who may not
	Spoken     words.Phrase // what an action's label calls it
	Back       string       // local path that an action leads back to
	Logs       string       // the log that the row leads to; empty for those who may not
}

// rowAction is a button for one process.
type rowAction struct {
	Action   cesi.Action
	Ask      bool // leads to the question first
	Disabled bool
}

// newProcessRow makes the row of a process as it is now.
func newProcessRow(base basePage, n *fleet.Node, p fleet.Process) processRow {
	row := processRow{
		RowID: processRowID(n.Name, p.ProcessID),
		Node:  n.Name, ID: p.ProcessID.String(), Group: p.Group, Name: p.Name,
		Badge: newProcessBadge(p.Process), Reason: reasonOf(p), Day: newDayBar(n.Day(p.ProcessID, base.Now)),
		PID: p.PID, Self: p.Self, Selectable: base.CanControl() && n.Status == fleet.Up,
		Spoken: words.Verbatim(request.Sanitize(p.ProcessID.String())), Back: request.LocalURL("nodes", n.Name),
	}
	if p.PID != 0 {
		row.Uptime = newLasting(n, p.Uptime())
	}
	if since := p.Since(); row.Reason.Text != "" && p.State != cesi.Unknown && since > 0 {
		row.Ago = newLasting(n, since)
	}
	if base.CanControl() {
		row.Actions = newRowActions(p, n.Status == fleet.Up)
	}
	if base.CanReadLogs() {
		row.Logs = tellingLog(p)
	}
	return row
}

// newRowActions offers a stop to what is active and a start to what is not, and
// a restart to what somebody would want up.
func newRowActions(p fleet.Process, answering bool) []rowAction {
	disabled := !answering || p.State == cesi.Stopping
	first := rowAction{Action: cesi.ActionStart, Disabled: disabled}
	if p.State.Active() || p.State == cesi.Stopping {
		first = rowAction{Action: cesi.ActionStop, Ask: p.Self || p.MaybeSelf, Disabled: disabled}
	}
	if p.State == cesi.Stopped {
		return []rowAction{first}
	}
	return []rowAction{first, {Action: cesi.ActionRestart, Disabled: disabled}}
}
