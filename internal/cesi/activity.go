package cesi

import (
	"strings"
	"time"
)

// Action is what an activity entry says was done.
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
	ActionUpdate       Action = "update"    // takes up what its configuration has changed to
	ActionAddGroup     Action = "add"       // has it take a group of its configuration on
	ActionRemoveGroup  Action = "remove"    // has it forget a group of which nothing runs
	ActionReload       Action = "reload"    // restarts it with all its programs
	ActionShutdown     Action = "shutdown"  // ends it with all its programs
	ActionClearMainLog Action = "clear-log" // empties its own log
)

// What people do with their accounts and with the activity log.
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

// IsCommand reports whether the action is a command to nodes.
func (a Action) IsCommand() bool { return a.OnProcesses() || a.OnDaemon() }

// Permission is what a command asks of its sender.
func (a Action) Permission() Permission {
	if a.OnDaemon() || a == ActionClearLogs {
		return ControlDaemon
	}
	return ControlProcesses
}

// Result is how something ended.
type Result string

// The results. An entry is Pending from before its command goes out until it
// is completed; what a crash leaves Pending becomes Interrupted at the next
// start. A Pending entry with a Message has gone out for sure, and the next run
// finds out how it ended.
const (
	Pending     Result = "pending"
	OK          Result = "ok"
	Failed      Result = "failed"
	Partial     Result = "partial"     // a parent of which some children failed
	Skipped     Result = "left alone"  // a target that the command has no business with
	Interrupted Result = "interrupted" // how it ended is not known
	UnknownEnd  Result = "unknown"     // a stop that outlasted its time: stopped or not, nobody knows yet
)

// Results lists the results.
func Results() []Result {
	return []Result{OK, Failed, Partial, Skipped, Pending, Interrupted, UnknownEnd}
}

// ActivityID numbers an entry. It is the microsecond at which it was made,
// moved on where taken, so that it needs no database to be given and sorts by
// time; it fits into a JSON number.
type ActivityID int64

// Activity is one entry of the activity log.
type Activity struct {
	ID     ActivityID
	Parent ActivityID // of the command on many that this is one target of; 0: none
	Time   time.Time
	User   string // who; for a failed login the name that was tried
	// Address is where the user came from, without port; empty for the command line.
	Address string
	Action  Action
	Node    string // empty where it concerns no node
	// Target is what on the node, or which user: a "group:name", a "group:*", "*", a user's name.
	Target string
	// Detail is what exactly was sent: the signal's name, the text for standard input.
	Detail   string
	Result   Result
	Duration time.Duration // 0 while Pending
	Message  string        // the reason, a fault in words; text from nodes, so hostile
	// Count is how many events the entry stands for; above 1 only for a flood of failed logins.
	Count int
}

// Public returns the entry as those may see it who do not manage users: without
// the name that was tried in a failed login, which may well be a password typed
// into the wrong field, and without what was sent to a standard input. What it
// takes out depends on the action alone; filters of the log are held to it.
func (a Activity) Public() Activity {
	switch a.Action {
	case ActionLoginFailed:
		a.User, a.Target = "", ""
	case ActionStdin:
		a.Detail = ""
	}
	return a
}

// Many reports whether the entry is a command on many, which has an entry of
// its own for each target.
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
