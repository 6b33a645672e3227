package cesi

import (
	"strings"
	"time"
)

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
	Interrupted Result = "interrupted" // CeSI ended before it did, so its result is not known
	UnknownEnd  Result = "unknown"     // no answer in time: whether it worked is not known
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
