package cesi

import (
	"strings"
	"time"
)

// Action is what an activity entry says was done.
type Action string

// The actions. Start, Stop and Restart are commands to nodes; the others are
// entries about people.
const (
	ActionStart          Action = "start"
	ActionStop           Action = "stop"
	ActionRestart        Action = "restart"
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

// Result is how something ended.
type Result string

// The results. An entry is Pending from before its command goes out until it
// is completed; what a crash leaves Pending becomes Interrupted at the next
// start.
const (
	Pending     Result = "pending"
	OK          Result = "ok"
	Failed      Result = "failed"
	Partial     Result = "partial"     // a parent of which some children failed
	Skipped     Result = "left alone"  // a target that the command has no business with
	Interrupted Result = "interrupted" // how it ended is not known
	UnknownEnd  Result = "unknown"     // a stop that outlasted its time: stopped or not, nobody knows yet
)

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
	Target   string
	Result   Result
	Duration time.Duration // 0 while Pending
	Message  string        // the reason, a fault in words; text from nodes, so hostile
	// Count is how many events the entry stands for; above 1 only for a flood of failed logins.
	Count int
}

// Many reports whether the entry is a command on many, which has an entry of
// its own for each target.
func (a Activity) Many() bool {
	switch a.Action {
	case ActionStart, ActionStop, ActionRestart:
		return a.Parent == 0 && (!strings.Contains(a.Target, ":") || strings.HasSuffix(a.Target, ":*"))
	default:
		return false
	}
}
