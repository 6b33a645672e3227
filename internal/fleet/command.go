package fleet

import (
	"cmp"
	"time"

	"cesi/internal/cesi"
)

// Target is what a command is for: one process, a whole group of a node (Name
// is empty), or all of a node (Group is empty too).
type Target struct {
	Node  string
	Group string
	Name  string
}

// TargetProcess names one process.
func TargetProcess(node string, id cesi.ProcessID) Target {
	return Target{Node: node, Group: id.Group, Name: id.Name}
}

// String names the target on its node as supervisorctl does: "group:name",
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

// ref names the target where nothing is known of its processes.
func (t Target) ref() Ref {
	id := cesi.ProcessID{Group: cmp.Or(t.Group, "*"), Name: cmp.Or(t.Name, "*")}
	return Ref{Node: t.Node, ProcessID: id}
}

// Command is what somebody wants done. A single whole group or node keeps
// supervisord's priority order; several targets run in parallel.
type Command struct {
	Action cesi.Action
	// Targets of a command to a supervisord are its node, for an update also groups
	// of it, and for an addition or removal one group.
	Targets []Target
	Signal  string // for ActionSignal: a name or number, as cesi.ParseSignal takes it
	Text    string // for ActionStdin, on a single process
	// ConfirmSelf must be the "group:name" of the program that this CeSI runs as
	// before a command stops it.
	ConfirmSelf string
	// ConfirmNode must be the node's name before a shutdown.
	ConfirmNode string
}

// Outcome is how a command went for one process.
type Outcome struct {
	Ref
	Result  cesi.Result
	Message cesi.Text  // the reason, the fault in words
	Skip    SkipReason // of Skipped; empty otherwise
	State   cesi.State // of a Skipped process
	Err     error      // what Failed, for its kind; nil otherwise

	down cesi.Text // why a process was not started that was stopped for it
}

// Report is how a command went. Outcomes are in the order of the targets, and
// complete once Done.
type Report struct {
	ID       cesi.ActivityID
	Action   cesi.Action
	Signal   string // of ActionSignal
	Done     bool
	Result   cesi.Result
	Message  cesi.Text // "12 ok, 1 failed, 3 skipped", or the single target's reason
	Duration time.Duration
	Outcomes []Outcome
	// Waiting is what a command waits for that is not Done, such as a slow stop: the
	// latest that it told.
	Waiting *Outcome
}

// Ref names one process of the fleet; in a command to a supervisord, and where
// nothing is known of a node, a whole group (Name is "*"), all of a node (Group is
// "*" too), or the supervisord itself (no group).
type Ref struct {
	Node string
	cesi.ProcessID
}

func (r Ref) compare(o Ref) int {
	return cmp.Or(cesi.CompareNames(r.Node, o.Node), r.ProcessID.Compare(o.ProcessID))
}

// daemonTarget is what the activity log calls a supervisord itself.
const daemonTarget = "supervisord"

// What names what is meant on its node: "group:name", "group:*", "*" or
// "supervisord".
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

// Preview is what a command would touch, for the question before it.
type Preview struct {
	// Hit are the processes that the command would act on, by node.
	Hit []Ref
	// LeftAlone are the others in its targets, each with the reason.
	LeftAlone []Outcome
	// Manual are those of Hit that a start would start although they are
	// configured autostart=false.
	Manual []Ref
	Nodes  int // how many nodes Hit is on
	// Self is the "group:name" of the program that this CeSI runs as, where the
	// command would stop it.
	Self string
	// MaybeSelf tells that Self is perhaps another program: there is no proof.
	MaybeSelf bool
	// Anew tells that the command has this CeSI execute itself anew.
	Respawned bool
}
