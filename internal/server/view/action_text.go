package view

import "cesi/internal/cesi"

// actionText has all texts about an action, as IDs of a cesi.Text. Each is a whole
// sentence or a whole label, so that every language can order its words. Actions on
// accounts have only did and tried.
//
// The first argument of each text, except label, nothing, progress and underWay, is the
// target; for a signal the second is its name. Then follows the place (question) or the
// reason (failed and unknown). Summary has the counts and the duration.
type actionText struct {
	label    string // of a button
	on       string // the same with its target
	onNode   string // with a process and its node; this and the next three where the palette offers it
	ofNode   string
	ofGroup  string
	ofEnv    string // of an environment
	question string
	nothing  string // instead of a question, if there is no target
	progress string // of a button that was pressed
	underWay string // the answer if it takes longer than a page waits
	summary  string // of a command on many
	done     string // done, failed and unknown: the result for one target
	failed   string
	unknown  string // the result is not known
	did      string // did, doing and tried: in the activity log, after the user's name
	doing    string // while it is pending
	tried    string // with any other result than ok or partial
}

// textOfAction returns the texts of an action. An action without texts is called by its
// name.
func textOfAction(action cesi.Action) actionText {
	var text actionText
	switch {
	case action.OnProcesses():
		text = processActionText(action)
	case action.OnDaemon():
		text = daemonActionText(action)
	default:
		text = accountActionText(action)
	}
	if text == (actionText{}) {
		name := string(action)
		text = actionText{
			label: name, on: name, question: name, nothing: name, progress: name, underWay: name, summary: name,
			done: name, failed: name, unknown: name, did: name, doing: name, tried: name,
		}
	}
	return text
}

func processActionText(action cesi.Action) actionText {
	switch action {
	case cesi.ActionStart:
		return actionText{
			label:    "Start",
			on:       "Start %s",
			onNode:   "Start %s on %s",
			ofNode:   "Start all on node %s…",
			ofGroup:  "Start all of group %s…",
			ofEnv:    "Start all in environment %s…",
			question: "Start %s on %s?",
			nothing:  "There is nothing to start",
			progress: "starting…",
			underWay: "The start is still under way; it goes on whether or not you wait.",
			summary:  "Start: %s (%s).",
			done:     "%s is started.",
			failed:   "%s was not started: %s",
			unknown:  "%s: how the start ended is not known. %s",
			did:      "started %s",
			doing:    "is starting %s",
			tried:    "tried to start %s",
		}
	case cesi.ActionStop:
		return actionText{
			label:    "Stop",
			on:       "Stop %s",
			onNode:   "Stop %s on %s",
			ofNode:   "Stop all on node %s…",
			ofGroup:  "Stop all of group %s…",
			ofEnv:    "Stop all in environment %s…",
			question: "Stop %s on %s?",
			nothing:  "There is nothing to stop",
			progress: "stopping…",
			underWay: "The stop is still under way; it goes on whether or not you wait.",
			summary:  "Stop: %s (%s).",
			done:     "%s is stopped.",
			failed:   "%s was not stopped: %s",
			unknown:  "%s: how the stop ended is not known. %s",
			did:      "stopped %s",
			doing:    "is stopping %s",
			tried:    "tried to stop %s",
		}
	case cesi.ActionRestart:
		return actionText{
			label:    "Restart",
			on:       "Restart %s",
			onNode:   "Restart %s on %s",
			ofNode:   "Restart all on node %s…",
			ofGroup:  "Restart all of group %s…",
			ofEnv:    "Restart all in environment %s…",
			question: "Restart %s on %s?",
			nothing:  "There is nothing to restart",
			progress: "restarting…",
			underWay: "The restart is still under way; it goes on whether or not you wait.",
			summary:  "Restart: %s (%s).",
			done:     "%s is restarted.",
			failed:   "%s was not restarted: %s",
			unknown:  "%s: how the restart ended is not known. %s",
			did:      "restarted %s",
			doing:    "is restarting %s",
			tried:    "tried to restart %s",
		}
	case cesi.ActionSignal:
		return actionText{
			label:    "Signal",
			on:       "Signal %s",
			question: "Signal %s on %s?",
			nothing:  "There is nothing to signal",
			progress: "signalling…",
			underWay: "The signal is still under way; it goes on whether or not you wait.",
			summary:  "Signal: %s (%s).",
			done:     "%[2]s was sent to %[1]s.",
			failed:   "%s did not get %s: %s",
			unknown:  "%[1]s: how the signal ended is not known. %[3]s",
			did:      "sent %[2]s to %[1]s",
			doing:    "is sending %[2]s to %[1]s",
			tried:    "tried to send %[2]s to %[1]s",
		}
	case cesi.ActionStdin:
		return actionText{
			label:    "Text",
			on:       "Send a text to %s",
			question: "Send a text to %s on %s?",
			nothing:  "There is nothing to send a text to",
			progress: "sending a text…",
			underWay: "The text is still under way; it goes on whether or not you wait.",
			summary:  "Text: %s (%s).",
			done:     "The text was sent to %s.",
			failed:   "%s did not get the text: %s",
			unknown:  "%s: how the text ended is not known. %s",
			did:      "sent a text to %s",
			doing:    "is sending a text to %s",
			tried:    "tried to send a text to %s",
		}
	case cesi.ActionClearLogs:
		return actionText{
			label:    "Clear logs",
			on:       "Clear the logs of %s",
			question: "Clear the logs of %s on %s?",
			nothing:  "There are no logs to clear",
			progress: "clearing the logs…",
			underWay: "The clearing of logs is still under way; it goes on whether or not you wait.",
			summary:  "Clearing of logs: %s (%s).",
			done:     "The logs of %s are cleared.",
			failed:   "%s keeps its logs: %s",
			unknown:  "%s: how the clearing of logs ended is not known. %s",
			did:      "cleared the logs of %s",
			doing:    "is clearing the logs of %s",
			tried:    "tried to clear the logs of %s",
		}
	default:
		return actionText{}
	}
}

func daemonActionText(action cesi.Action) actionText {
	switch action {
	case cesi.ActionUpdate:
		return actionText{
			label:    "Update",
			on:       "Update %s",
			question: "Update %s on %s?",
			nothing:  "There is nothing to update",
			progress: "updating…",
			underWay: "The update is still under way; it goes on whether or not you wait.",
			summary:  "Update: %s (%s).",
			done:     "%s is updated.",
			failed:   "%s was not updated: %s",
			unknown:  "%s: how the update ended is not known. %s",
			did:      "updated %s",
			doing:    "is updating %s",
			tried:    "tried to update %s",
		}
	case cesi.ActionAddGroup:
		return actionText{
			label:    "Add",
			on:       "Add %s",
			question: "Add %s on %s?",
			nothing:  "There is nothing to add",
			progress: "adding…",
			underWay: "The addition is still under way; it goes on whether or not you wait.",
			summary:  "Addition: %s (%s).",
			done:     "%s is added.",
			failed:   "%s was not added: %s",
			unknown:  "%s: how the addition ended is not known. %s",
			did:      "added %s",
			doing:    "is adding %s",
			tried:    "tried to add %s",
		}
	case cesi.ActionRemoveGroup:
		return actionText{
			label:    "Remove",
			on:       "Remove %s",
			question: "Remove %s on %s?",
			nothing:  "There is nothing to remove",
			progress: "removing…",
			underWay: "The removal is still under way; it goes on whether or not you wait.",
			summary:  "Removal: %s (%s).",
			done:     "%s is removed.",
			failed:   "%s was not removed: %s",
			unknown:  "%s: how the removal ended is not known. %s",
			did:      "removed %s",
			doing:    "is removing %s",
			tried:    "tried to remove %s",
		}
	case cesi.ActionReload:
		return actionText{
			label:    "Reload",
			on:       "Reload %s",
			question: "Reload %s on %s?",
			nothing:  "There is nothing to reload",
			progress: "reloading…",
			underWay: "The reload is still under way; it goes on whether or not you wait.",
			summary:  "Reload: %s (%s).",
			done:     "%s is reloaded.",
			failed:   "%s was not reloaded: %s",
			unknown:  "%s: how the reload ended is not known. %s",
			did:      "reloaded %s",
			doing:    "is reloading %s",
			tried:    "tried to reload %s",
		}
	case cesi.ActionShutdown:
		return actionText{
			label:    "Shut down",
			on:       "Shut down %s",
			question: "Shut down %s on %s?",
			nothing:  "There is nothing to shut down",
			progress: "shutting down…",
			underWay: "The shutdown is still under way; it goes on whether or not you wait.",
			summary:  "Shutdown: %s (%s).",
			done:     "%s is shut down.",
			failed:   "%s was not shut down: %s",
			unknown:  "%s: how the shutdown ended is not known. %s",
			did:      "shut down %s",
			doing:    "is shutting down %s",
			tried:    "tried to shut down %s",
		}
	case cesi.ActionClearMainLog:
		return actionText{
			label:    "Clear log",
			on:       "Clear the log of %s",
			question: "Clear the log of %s on %s?",
			nothing:  "There is no log to clear",
			progress: "clearing the log…",
			underWay: "The clearing of the log is still under way; it goes on whether or not you wait.",
			summary:  "Clearing of the log: %s (%s).",
			done:     "The log of %s is cleared.",
			failed:   "%s keeps its log: %s",
			unknown:  "%s: how the clearing of the log ended is not known. %s",
			did:      "cleared the log of %s",
			doing:    "is clearing the log of %s",
			tried:    "tried to clear the log of %s",
		}
	default:
		return actionText{}
	}
}

func accountActionText(action cesi.Action) actionText {
	switch action {
	case cesi.ActionLogin:
		return actionText{did: "logged in", tried: "tried to log in"}
	case cesi.ActionLoginFailed:
		return actionText{did: "failed to log in", tried: "failed to log in"}
	case cesi.ActionLogout:
		return actionText{did: "logged out", tried: "tried to log out"}
	case cesi.ActionUserAdd:
		return actionText{did: "added user %s", tried: "tried to add user %s"}
	case cesi.ActionUserRole:
		return actionText{did: "changed the role of %s", tried: "tried to change the role of %s"}
	case cesi.ActionUserDelete:
		return actionText{did: "deleted user %s", tried: "tried to delete user %s"}
	case cesi.ActionActivityPurged:
		return actionText{did: "purged the activity log", tried: "tried to purge the activity log"}
	case cesi.ActionUserPassword:
		return actionText{did: "changed the password of %s", tried: "tried to change the password of %s"}
	case cesi.ActionSessionEnd:
		return actionText{did: "ended sessions of %s", tried: "tried to end sessions of %s"}
	case cesi.ActionTokenAdd:
		return actionText{did: "made an API token of %s", tried: "tried to make an API token of %s"}
	case cesi.ActionTokenRevoke:
		return actionText{did: "revoked API tokens of %s", tried: "tried to revoke API tokens of %s"}
	default:
		return actionText{}
	}
}

// ownActionText has the texts for actions of users on their own accounts.
func ownActionText(action cesi.Action) actionText {
	switch action {
	case cesi.ActionUserPassword:
		return actionText{did: "changed the password", tried: "tried to change the password"}
	case cesi.ActionSessionEnd:
		return actionText{did: "ended sessions", tried: "tried to end sessions"}
	case cesi.ActionTokenAdd:
		return actionText{did: "made an API token", tried: "tried to make an API token"}
	case cesi.ActionTokenRevoke:
		return actionText{did: "revoked API tokens", tried: "tried to revoke API tokens"}
	default:
		return textOfAction(action)
	}
}
