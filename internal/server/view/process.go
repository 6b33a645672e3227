package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// ProcessRow is one process in the table of its node.
type ProcessRow struct {
	RowID      string
	Node       string
	ID         string // "group:name"
	Group      string
	Name       string
	Link       string // local path of its page
	Badge      Badge
	Reason     cesi.Text // the second line; zero if there is nothing to explain
	Ago        Elapsed   // how long ago that was; zero: unknown
	PID        int
	Uptime     Elapsed // zero: it is not up
	Day        dayBar
	Self       bool
	Selectable bool
	Actions    []RowAction // empty without permission
	AriaName   cesi.Text   // its name in labels of actions
	Log        string      // local path of its log; empty without permission
}

// RowAction is a button for one process.
type RowAction struct {
	Action   cesi.Action
	Link     string // local path that it is sent to, or of its confirmation
	Ask      bool   // leads to the confirmation first
	Disabled bool
}

// NewProcessRow makes the row of a process. Back is the local path to which its actions
// lead back.
func NewProcessRow(base Base, n *fleet.Node, p fleet.Process, back string) ProcessRow {
	row := ProcessRow{
		RowID: ProcessRowID(n.Name, p.ProcessID),
		Node:  n.Name, ID: p.ProcessID.String(), Group: p.Group, Name: p.Name, Link: request.LocalURL("nodes", n.Name, "processes", p.ProcessID),
		Badge: NewProcessBadge(p.Process), Reason: ReasonOf(p), Day: newDayBar(n.Day(p.ProcessID, base.Now)),
		PID: p.PID, Self: p.Self, Selectable: base.CanControl() && n.Status == fleet.Up,
		AriaName: cesi.Raw(request.Sanitize(p.ProcessID.String())),
	}
	if p.PID != 0 {
		row.Uptime = NewElapsed(n, p.Uptime())
	}
	if since := p.Since(); row.Reason.ID != "" && p.State != cesi.Unknown && since > 0 {
		row.Ago = NewElapsed(n, since)
	}
	if base.CanControl() {
		row.Actions = NewRowActions(p, n.Status == fleet.Up)
		for i, a := range row.Actions {
			row.Actions[i].Link = a.LinkOn(n.Name, p.ProcessID, back)
		}
	}
	if base.CanReadLogs() {
		row.Log = PreferredLog(n.Name, p)
	}
	return row
}

// Ref is the process of the row.
func (r ProcessRow) Ref() fleet.Ref {
	return fleet.Ref{Node: r.Node, ProcessID: cesi.ProcessID{Group: r.Group, Name: r.Name}}
}

// NewRowActions returns the buttons of a process. Active processes get Stop, others
// Start; all but STOPPED also get Restart. They have no link yet.
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

// LinkOn returns the action's link for a process. Back is the local path to which a
// confirmation leads back.
func (a RowAction) LinkOn(node string, id cesi.ProcessID, back string) string {
	if a.Ask {
		return request.NodeQuestion(node, a.Action, back, request.Field{Name: "process", Value: id.String()})
	}
	return request.LocalURL("nodes", node, "processes", id, a.Action)
}
