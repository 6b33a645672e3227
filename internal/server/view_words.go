package server

import (
	"fmt"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// actionWords are the forms in which a command is spoken of.
type actionWords struct {
	Do    string // "tried to …"
	Doing string // "is …"
	Did   string // "maria …"
	Noun  string // "… is still under way"
}

// wordsOf speaks of a command. The verbs take the target as their object.
func wordsOf(action cesi.Action) actionWords {
	switch action {
	case cesi.ActionStart:
		return actionWords{"start", "starting", "started", "start"}
	case cesi.ActionStop:
		return actionWords{"stop", "stopping", "stopped", "stop"}
	case cesi.ActionRestart:
		return actionWords{"restart", "restarting", "restarted", "restart"}
	case cesi.ActionSignal:
		return actionWords{"signal", "signalling", "signalled", "signal"}
	case cesi.ActionStdin:
		return actionWords{"send a text to", "sending a text to", "sent a text to", "text"}
	case cesi.ActionClearLogs:
		return actionWords{"clear the logs of", "clearing the logs of", "cleared the logs of", "clearing of logs"}
	case cesi.ActionUpdate:
		return actionWords{"update", "updating", "updated", "update"}
	case cesi.ActionAddGroup:
		return actionWords{"add", "adding", "added", "addition"}
	case cesi.ActionRemoveGroup:
		return actionWords{"remove", "removing", "removed", "removal"}
	case cesi.ActionReload:
		return actionWords{"reload", "reloading", "reloaded", "reload"}
	case cesi.ActionShutdown:
		return actionWords{"shut down", "shutting down", "shut down", "shutdown"}
	case cesi.ActionClearMainLog:
		return actionWords{"clear the log of", "clearing the log of", "cleared the log of", "clearing of the log"}
	default:
		return actionWords{string(action), string(action), string(action), string(action)}
	}
}

// nounOf names a command: "the restart".
func nounOf(action cesi.Action) string { return "the " + wordsOf(action).Noun }

// commandVerb says what somebody did to the target, or tried to.
func commandVerb(action cesi.Action, result cesi.Result) string {
	words := wordsOf(action)
	switch result {
	case cesi.OK, cesi.Partial:
		return words.Did
	case cesi.Pending:
		return "is " + words.Doing
	case cesi.Skipped:
		return "left alone"
	default:
		return "tried to " + words.Do
	}
}

// signalVerb is commandVerb for a signal, which it names.
func signalVerb(signal string, result cesi.Result) string {
	switch result {
	case cesi.OK, cesi.Partial:
		return "sent " + signal + " to"
	case cesi.Pending:
		return "is sending " + signal + " to"
	case cesi.Skipped:
		return "left alone"
	default:
		return "tried to send " + signal + " to"
	}
}

// sentenceOn says how a command went for its only target.
func sentenceOn(r fleet.Report, o fleet.Outcome) string {
	what := fmt.Sprintf("%s on %s", plain(o.Target()), plain(o.Node))
	why := plain(o.Message)
	switch o.Result {
	case cesi.OK:
		return doneOn(r, what) + also(why)
	case cesi.Failed:
		return fmt.Sprintf("%s %s: %s", what, undone(r), why)
	case cesi.Skipped:
		return fmt.Sprintf("%s was left alone: %s", what, why)
	default:
		return fmt.Sprintf("%s: how %s ended is not known. %s", what, nounOf(r.Action), why)
	}
}

// also adds what else is to be said of what went well.
func also(message string) string {
	if message == "" {
		return ""
	}
	return " " + capitalized(message) + "."
}

// undone says what did not happen to a target.
func undone(r fleet.Report) string {
	switch r.Action {
	case cesi.ActionSignal:
		return "did not get " + plain(r.Signal)
	case cesi.ActionStdin:
		return "did not get the text"
	case cesi.ActionClearLogs:
		return "keeps its logs"
	case cesi.ActionClearMainLog:
		return "keeps its log"
	default:
		return "was not " + wordsOf(r.Action).Did
	}
}

// doneOn says that a command went well.
func doneOn(r fleet.Report, what string) string {
	switch r.Action {
	case cesi.ActionSignal:
		return fmt.Sprintf("%s was sent to %s.", plain(r.Signal), what)
	case cesi.ActionStdin:
		return fmt.Sprintf("The text was sent to %s.", what)
	case cesi.ActionClearLogs:
		return fmt.Sprintf("The logs of %s are cleared.", what)
	case cesi.ActionClearMainLog:
		return fmt.Sprintf("The log of %s is cleared.", what)
	default:
		return fmt.Sprintf("%s is %s.", what, wordsOf(r.Action).Did)
	}
}
