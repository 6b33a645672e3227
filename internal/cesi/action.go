package cesi

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

// ActionRule holds the rules for an action. An action that is not a command has only Past.
type ActionRule struct {
	Past       string // the action in the past tense, for the text file of the activity log: "restarted"
	On         ActionTarget
	Permission Permission
	Asks       Asks
	Self       SelfEffect
	TypesNode  bool // the user must type the node's name to confirm it
	// ChangesState says that the command starts or stops processes. Any other command
	// to processes is one call, which ends at once and needs no order.
	ChangesState bool
}

// ActionTarget is the kind of target that an action has.
type ActionTarget int

// The targets of actions.
const (
	OnNothing            ActionTarget = iota // the action is not a command
	OnProcesses                              // any number of processes
	OnOneProcess                             // one at a time
	OnSupervisord                            // the supervisord of one node
	OnGroup                                  // one group, to its supervisord
	OnGroupsOrEverything                     // any groups of one node, or all
)

// Asks says when the user must confirm a command before it is sent.
type Asks int

// The confirmations.
const (
	AsksNever   Asks = iota
	AsksForMany      // for more than one process
	AsksAlways
)

// SelfEffect is the effect of a command on this CeSI if CeSI is one of its targets.
type SelfEffect int

// The effects.
const (
	SelfGoesOn        SelfEffect = iota
	SelfEnds                     // CeSI ends and does not come back
	SelfEndsUnlessHUP            // a signal; after HUP, CeSI only reads its configuration again
	SelfRestarts                 // CeSI executes itself again
	SelfReloads                  // CeSI ends with its supervisord, and comes back if it has autostart
	SelfEndsInGroup              // CeSI ends if its group is named
)

// Rule returns the rules for the action: this is the table of actions. The texts of
// pages are in the table of package view.
func (a Action) Rule() ActionRule {
	switch a {
	case ActionStart:
		return ActionRule{Past: "started", On: OnProcesses, Permission: ControlProcesses, ChangesState: true}
	case ActionStop:
		return ActionRule{Past: "stopped", On: OnProcesses, Permission: ControlProcesses, Asks: AsksForMany, Self: SelfEnds, ChangesState: true}
	case ActionRestart:
		return ActionRule{Past: "restarted", On: OnProcesses, Permission: ControlProcesses, Asks: AsksForMany, Self: SelfRestarts, ChangesState: true}
	case ActionSignal:
		return ActionRule{Past: "signalled", On: OnProcesses, Permission: ControlProcesses, Asks: AsksForMany, Self: SelfEndsUnlessHUP}
	case ActionStdin:
		return ActionRule{Past: "sent a text to", On: OnOneProcess, Permission: ControlProcesses}
	case ActionClearLogs:
		return ActionRule{Past: "cleared the logs of", On: OnProcesses, Permission: ControlDaemon, Asks: AsksAlways}
	case ActionUpdate: // the page with the changed configuration is its confirmation
		return ActionRule{Past: "updated", On: OnGroupsOrEverything, Permission: ControlDaemon, Self: SelfEndsInGroup}
	case ActionAddGroup:
		return ActionRule{Past: "added", On: OnGroup, Permission: ControlDaemon}
	case ActionRemoveGroup:
		return ActionRule{Past: "removed", On: OnGroup, Permission: ControlDaemon, Asks: AsksAlways}
	case ActionReload:
		return ActionRule{Past: "reloaded", On: OnSupervisord, Permission: ControlDaemon, Asks: AsksAlways, Self: SelfReloads}
	case ActionShutdown:
		return ActionRule{Past: "shut down", On: OnSupervisord, Permission: ControlDaemon, Asks: AsksAlways, Self: SelfEnds, TypesNode: true}
	case ActionClearMainLog:
		return ActionRule{Past: "cleared the log of", On: OnSupervisord, Permission: ControlDaemon, Asks: AsksAlways}
	case ActionLogin:
		return ActionRule{Past: "logged in"}
	case ActionLogout:
		return ActionRule{Past: "logged out"}
	case ActionUserAdd:
		return ActionRule{Past: "added"}
	case ActionUserPassword:
		return ActionRule{Past: "changed the password of"}
	case ActionUserRole:
		return ActionRule{Past: "changed the role of"}
	case ActionUserDelete:
		return ActionRule{Past: "deleted"}
	case ActionSessionEnd:
		return ActionRule{Past: "ended sessions of"}
	case ActionTokenAdd:
		return ActionRule{Past: "made an API token of"}
	case ActionTokenRevoke:
		return ActionRule{Past: "revoked API tokens of"}
	case ActionActivityPurged:
		return ActionRule{Past: "purged the activity log"}
	default:
		return ActionRule{Past: string(a)}
	}
}

// OnProcesses reports whether the action is a command to processes.
func (a Action) OnProcesses() bool {
	on := a.Rule().On
	return on == OnProcesses || on == OnOneProcess
}

// OnDaemon reports whether the action is a command to a supervisord itself.
func (a Action) OnDaemon() bool { return a.IsCommand() && !a.OnProcesses() }

// IsCommand reports whether the action is a command to nodes.
func (a Action) IsCommand() bool { return a.Rule().On != OnNothing }

// Text names the action: "restart".
func (a Action) Text() Text { return Text{ID: string(a)} }
