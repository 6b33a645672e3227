package fleet

import "cesi/internal/cesi"

// SkipReason says why a command on many skips one of its targets.
type SkipReason string

// The reasons.
const (
	SkipSelf       SkipReason = "self"        // it is this CeSI
	SkipHasSelf    SkipReason = "has-self"    // the group contains this CeSI
	SkipUnchanged  SkipReason = "unchanged"   // an update changes nothing in the group
	SkipNotRunning SkipReason = "not-running" // it can only be sent to running processes
	SkipDown       SkipReason = "down"        // nothing to stop
	SkipRunning    SkipReason = "running"     // nothing to start
	SkipStopping   SkipReason = "stopping"
	SkipBackoff    SkipReason = "backoff" // supervisord tries again by itself
	SkipNoLog      SkipReason = "no-log"  // it has no log that can be cleared
)

// Text returns the reason as a sentence about one process or group.
func (s SkipReason) Text() cesi.Text {
	switch s {
	case SkipSelf:
		return cesi.T("it is this CeSI itself")
	case SkipHasSelf:
		return cesi.T("it has this CeSI itself")
	case SkipUnchanged:
		return cesi.T("its configuration has not changed")
	case SkipStopping:
		return cesi.T("it is stopping")
	case SkipBackoff:
		return cesi.T("supervisord is about to try it again (BACKOFF)")
	case SkipRunning:
		return cesi.T("it runs already")
	case SkipDown, SkipNotRunning:
		return cesi.T("it does not run")
	case SkipNoLog:
		return cesi.T("it has no log in a file to clear: its output goes nowhere (NONE) or to syslog")
	default:
		return cesi.Text{}
	}
}

// skipReason returns why a command on many skips the process; empty if it does not.
func skipReason(action cesi.Action, p Process) SkipReason {
	switch {
	case p.Self && action != cesi.ActionStart && action != cesi.ActionClearLogs:
		return SkipSelf
	case !action.Rule().ChangesState && !p.State.Signallable(): // it gets no signal, and supervisord clears no logs of it
		return SkipNotRunning
	case action == cesi.ActionClearLogs && p.CheckClear() != nil:
		return SkipNoLog
	case !action.Rule().ChangesState:
		return ""
	case p.State == cesi.Stopping:
		return SkipStopping
	case action == cesi.ActionStart && p.State == cesi.Backoff:
		return SkipBackoff
	case action == cesi.ActionStart && p.State.Active():
		return SkipRunning
	case action == cesi.ActionStop && !p.State.Active() && p.State != cesi.NotStarted:
		return SkipDown
	case action == cesi.ActionRestart && !p.State.Active() && p.State != cesi.Fatal && p.State != cesi.NotStarted:
		return SkipNotRunning
	default:
		return ""
	}
}
