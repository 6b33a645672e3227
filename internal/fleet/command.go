package fleet

import (
	"cmp"
	"time"

	"cesi/internal/cesi"
)

// Target is a target of a command: one process, a whole group of a node (Name is
// empty), or a whole node (Group is empty too).
type Target struct {
	Node  string
	Group string
	Name  string
}

// TargetProcess returns the target for one process.
func TargetProcess(node string, id cesi.ProcessID) Target {
	return Target{Node: node, Group: id.Group, Name: id.Name}
}

// String returns the target on its node in supervisorctl's form: "group:name",
// "group:*" or "*".
func (t Target) String() string {
	switch {
	case t.Group == "":
		return "*"
	case t.Name == "":
		return t.Group + ":*"
	default:
		return t.Group + ":" + t.Name
	}
}

// ref returns the target as a Ref, if its processes are not known.
func (t Target) ref() Ref {
	id := cesi.ProcessID{Group: cmp.Or(t.Group, "*"), Name: cmp.Or(t.Name, "*")}
	return Ref{Node: t.Node, ProcessID: id}
}

// Command is a command to execute. A single whole group or node keeps supervisord's
// priority order; several targets run in parallel.
type Command struct {
	Action cesi.Action
	// Targets of a command to a supervisord: its node; for an update also some of its
	// groups; to add or remove a group, that group.
	Targets []Target
	Signal  string // for ActionSignal: a name or number for cesi.ParseSignal
	Text    string // for ActionStdin, to a single process
	// ConfirmSelf must be the "group:name" of the process that is this CeSI before a
	// command may stop it.
	ConfirmSelf string
	// ConfirmNode must be the node's name before a shutdown.
	ConfirmNode string
}

// Outcome is the result of a command for one process.
type Outcome struct {
	Ref
	Result  cesi.Result
	Message cesi.Text  // the reason, or the fault as a sentence
	Skip    SkipReason // of Skipped; empty otherwise
	State   cesi.State // of a Skipped process
	Err     error      // if Failed, for its kind; nil otherwise

	down cesi.Text // why a process that was stopped for a restart was not started
}

// Report is the result of a command. Outcomes are in the order of the targets, and
// complete once Done.
type Report struct {
	ID       cesi.ActivityID
	Action   cesi.Action
	Signal   string // of ActionSignal
	Done     bool
	Result   cesi.Result
	Message  cesi.Text // "12 ok, 1 failed, 3 skipped", or the reason of a single target
	Duration time.Duration
	Outcomes []Outcome
	// Waiting is the last reported thing that the command waits for while not Done,
	// such as a slow stop.
	Waiting *Outcome
}

// Ref identifies one process of the fleet. For commands to a supervisord, and for nodes
// without data, it can also be a whole group (Name is "*"), a whole node (Group is "*"
// too), or the supervisord itself (no group).
type Ref struct {
	Node string
	cesi.ProcessID
}

func (r Ref) compare(o Ref) int {
	return cmp.Or(cesi.CompareNames(r.Node, o.Node), r.ProcessID.Compare(o.ProcessID))
}

// daemonTarget is the name of a supervisord itself in the activity log.
const daemonTarget = "supervisord"

// What returns the name on its node: "group:name", "group:*", "*" or "supervisord".
func (r Ref) What() string {
	switch {
	case r.Group == "":
		return daemonTarget
	case r.Group == "*" && r.Name == "*":
		return "*"
	default:
		return r.ProcessID.String()
	}
}

// Preview is what a command would do, for its confirmation.
type Preview struct {
	// Hit are the processes that the command would change, by node.
	Hit []Ref
	// Skipped are the other processes of its targets, each with the reason.
	Skipped []Outcome
	// Manual are the processes of Hit that would be started although they have
	// autostart=false.
	Manual []Ref
	Nodes  int // number of nodes of Hit
	// Self is the "group:name" of the process that is this CeSI, if the command would
	// stop it.
	Self string
	// MaybeSelf says that Self may be another program: it is not proven.
	MaybeSelf bool
	// Respawned says that this CeSI would execute itself again.
	Respawned bool
	// TakesSelfDown says that this CeSI ends with its supervisord.
	TakesSelfDown bool
	// TypedNode is the node whose name the user must type first; empty if none.
	TypedNode string
}
