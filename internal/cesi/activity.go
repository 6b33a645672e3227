package cesi

import (
	"strings"
	"time"
)

// Action is the action of an activity entry.
type Action string

// The commands to processes.
const (
	ActionStart     Action = "start"
	ActionStop      Action = "stop"
	ActionRestart   Action = "restart"
	ActionSignal    Action = "signal"
	ActionStdin     Action = "stdin"      // sends a text to a process's standard input
	ActionClearLogs Action = "clear-logs" // empties both logs of a process
)

// The commands to a supervisord itself.
const (
	ActionUpdate       Action = "update"    // applies the changes of its configuration
	ActionAddGroup     Action = "add"       // adds a group of its configuration
	ActionRemoveGroup  Action = "remove"    // removes a group of which no process runs
	ActionReload       Action = "reload"    // restarts it with all its programs
	ActionShutdown     Action = "shutdown"  // ends it with all its programs
	ActionClearMainLog Action = "clear-log" // empties its own log
)

// The actions on accounts and on the activity log.
const (
	ActionLogin          Action = "login"
	ActionLoginFailed    Action = "login failed"
	ActionLogout         Action = "logout"
	ActionUserAdd        Action = "user add"
	ActionUserPassword   Action = "user password"
	ActionUserRole       Action = "user role"
	ActionUserDelete     Action = "user delete"
	ActionSessionEnd     Action = "session end"
	ActionTokenAdd       Action = "token add"
	ActionTokenRevoke    Action = "token revoke"
	ActionActivityPurged Action = "activity purge"
)

// Actions lists the actions.
func Actions() []Action {
	return []Action{
		ActionStart, ActionStop, ActionRestart, ActionSignal, ActionStdin, ActionClearLogs,
		ActionUpdate, ActionAddGroup, ActionRemoveGroup, ActionReload, ActionShutdown, ActionClearMainLog,
		ActionLogin, ActionLoginFailed, ActionLogout,
		ActionUserAdd, ActionUserPassword, ActionUserRole, ActionUserDelete,
		ActionSessionEnd, ActionTokenAdd, ActionTokenRevoke, ActionActivityPurged,
	}
}

// OnProcesses reports whether the action is a command to processes.
func (a Action) OnProcesses() bool {
	switch a {
	case ActionStart, ActionStop, ActionRestart, ActionSignal, ActionStdin, ActionClearLogs:
		return true
	default:
		return false
	}
}

// OnDaemon reports whether the action is a command to a supervisord itself.
func (a Action) OnDaemon() bool {
	switch a {
	case ActionUpdate, ActionAddGroup, ActionRemoveGroup, ActionReload, ActionShutdown, ActionClearMainLog:
		return true
	default:
		return false
	}
}

// Text names the action: "restart".
func (a Action) Text() Text { return Text{ID: string(a)} }

// IsCommand reports whether the action is a command to nodes.
func (a Action) IsCommand() bool { return a.OnProcesses() || a.OnDaemon() }

// Permission returns the permission that a command needs.
func (a Action) Permission() Permission {
	if a.OnDaemon() || a == ActionClearLogs {
		return ControlDaemon
	}
	return ControlProcesses
}

// Result is the result of an action.
type Result string

// The results. An entry is Pending from before its command is sent until it is
// completed. An entry that a crash leaves Pending becomes Interrupted at the next
// start. A Pending entry with a Message was certainly sent, and the next run finds its
// result.
const (
	Pending     Result = "pending"
	OK          Result = "ok"
	Failed      Result = "failed"
	Partial     Result = "partial"     // a parent of which some children failed
	Skipped     Result = "skipped"     // a target that the command does not apply to
	Interrupted Result = "interrupted" // its result is not known
	UnknownEnd  Result = "unknown"     // a stop took too long: whether it worked is not known yet
)

// Results lists the results.
func Results() []Result {
	return []Result{OK, Failed, Partial, Skipped, Pending, Interrupted, UnknownEnd}
}

// ActivityID is the ID of an entry: the microsecond in which it was made, or the next
// free one. So it needs no database, sorts by time, and fits into a JSON number.
type ActivityID int64

// Activity is one entry of the activity log.
type Activity struct {
	ID     ActivityID
	Parent ActivityID // the command on many whose target this is; 0: none
	Time   time.Time
	User   string // for a failed login, the name that was tried
	// Address is the user's address, without port; empty for the command line.
	Address string
	Action  Action
	Node    string // empty if it concerns no node
	// Target is the target on the node ("group:name", "group:*", "*"), or a user's
	// name.
	Target string
	// Detail is what was sent: the signal's name, the text for standard input.
	Detail   string
	Result   Result
	Duration time.Duration // 0 while Pending
	Message  Text          // the reason, a fault in words; holds text from nodes, so hostile
	// Count is how many events the entry stands for; above 1 only for a flood of failed logins.
	Count int
}

// Public returns the entry for readers who do not manage users: without the name of a
// failed login, which may be a password typed into the wrong field, and without text
// sent to standard input. What it removes depends only on the action; filters of the
// log follow it.
func (a Activity) Public() Activity {
	switch a.Action {
	case ActionLoginFailed:
		a.User, a.Target = "", ""
	case ActionStdin:
		a.Detail = ""
	}
	return a
}

// Many reports whether the entry is a command on many, which has its own entry for each
// target.
func (a Activity) Many() bool {
	switch {
	case a.Parent != 0:
		return false
	case a.Action.OnProcesses():
		return !strings.Contains(a.Target, ":") || strings.HasSuffix(a.Target, ":*")
	default:
		return a.Action == ActionUpdate
	}
}
