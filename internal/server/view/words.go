package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// ActionText has the forms of a command's name.
type ActionText struct {
	Infinitive  cesi.Text // "tried to …"
	Progressive cesi.Text // "is …"
	Past        cesi.Text // "maria …"
	Failed      cesi.Text // "web:web1 …", if it failed
	Noun        cesi.Text // "how the … ended is not known"
	Title       cesi.Text // on its own
}

// ActionTextOf returns the forms for a command. The verbs take the target as their
// object.
func ActionTextOf(action cesi.Action) ActionText {
	switch action {
	case cesi.ActionStart:
		return ActionText{
			cesi.T("start"), cesi.T("starting"), cesi.T("started"),
			cesi.T("was not started"), cesi.T("start"), cesi.T("Start"),
		}
	case cesi.ActionStop:
		return ActionText{
			cesi.T("stop"), cesi.T("stopping"), cesi.T("stopped"),
			cesi.T("was not stopped"), cesi.T("stop"), cesi.T("Stop"),
		}
	case cesi.ActionRestart:
		return ActionText{
			cesi.T("restart"), cesi.T("restarting"), cesi.T("restarted"),
			cesi.T("was not restarted"), cesi.T("restart"), cesi.T("Restart"),
		}
	case cesi.ActionSignal:
		return ActionText{
			cesi.T("signal"), cesi.T("signalling"), cesi.T("signalled"),
			cesi.T("was not signalled"), cesi.T("signal"), cesi.T("Signal"),
		}
	case cesi.ActionStdin:
		return ActionText{
			cesi.T("send a text to"), cesi.T("sending a text to"), cesi.T("sent a text to"),
			cesi.T("did not get the text"), cesi.T("text"), cesi.T("Text"),
		}
	case cesi.ActionClearLogs:
		return ActionText{
			cesi.T("clear the logs of"), cesi.T("clearing the logs of"), cesi.T("cleared the logs of"),
			cesi.T("keeps its logs"), cesi.T("clearing of logs"), cesi.T("Clearing of logs"),
		}
	default:
		return daemonWords(action)
	}
}

// daemonWords returns the forms for a command to a supervisord itself.
func daemonWords(action cesi.Action) ActionText {
	switch action {
	case cesi.ActionUpdate:
		return ActionText{
			cesi.T("update"), cesi.T("updating"), cesi.T("updated"),
			cesi.T("was not updated"), cesi.T("update"), cesi.T("Update"),
		}
	case cesi.ActionAddGroup:
		return ActionText{
			cesi.T("add"), cesi.T("adding"), cesi.T("added"),
			cesi.T("was not added"), cesi.T("addition"), cesi.T("Addition"),
		}
	case cesi.ActionRemoveGroup:
		return ActionText{
			cesi.T("remove"), cesi.T("removing"), cesi.T("removed"),
			cesi.T("was not removed"), cesi.T("removal"), cesi.T("Removal"),
		}
	case cesi.ActionReload:
		return ActionText{
			cesi.T("reload"), cesi.T("reloading"), cesi.T("reloaded"),
			cesi.T("was not reloaded"), cesi.T("reload"), cesi.T("Reload"),
		}
	case cesi.ActionShutdown:
		return ActionText{
			cesi.T("shut down"), cesi.T("shutting down"), cesi.T("shut down"),
			cesi.T("was not shut down"), cesi.T("shutdown"), cesi.T("Shutdown"),
		}
	case cesi.ActionClearMainLog:
		return ActionText{
			cesi.T("clear the log of"), cesi.T("clearing the log of"), cesi.T("cleared the log of"),
			cesi.T("keeps its log"), cesi.T("clearing of the log"), cesi.T("Clearing of the log"),
		}
	default:
		name := cesi.Raw(string(action))
		return ActionText{name, name, name, name, name, name}
	}
}

// Do names a command on something, for buttons and headings: "Stop web:web1".
func Do(action cesi.Action, what cesi.Text) cesi.Text {
	switch action {
	case cesi.ActionStart:
		return cesi.T("Start %s", what)
	case cesi.ActionStop:
		return cesi.T("Stop %s", what)
	case cesi.ActionRestart:
		return cesi.T("Restart %s", what)
	case cesi.ActionSignal:
		return cesi.T("Signal %s", what)
	case cesi.ActionStdin:
		return cesi.T("Send a text to %s", what)
	case cesi.ActionClearLogs:
		return cesi.T("Clear the logs of %s", what)
	case cesi.ActionUpdate:
		return cesi.T("Update %s", what)
	case cesi.ActionAddGroup:
		return cesi.T("Add %s", what)
	case cesi.ActionRemoveGroup:
		return cesi.T("Remove %s", what)
	default:
		return cesi.T("%s: %s", ActionTextOf(action).Title, what)
	}
}

// CommandVerb says what the user did to the target, or tried.
func CommandVerb(action cesi.Action, result cesi.Result) cesi.Text {
	forms := ActionTextOf(action)
	switch result {
	case cesi.OK, cesi.Partial:
		return forms.Past
	case cesi.Pending:
		return cesi.T("is %s", forms.Progressive)
	case cesi.Skipped:
		return cesi.T("skipped")
	default:
		return cesi.T("tried to %s", forms.Infinitive)
	}
}

// SignalVerb is CommandVerb for a signal, with its name.
func SignalVerb(signal string, result cesi.Result) cesi.Text {
	switch result {
	case cesi.OK, cesi.Partial:
		return cesi.T("sent %s to", signal)
	case cesi.Pending:
		return cesi.T("is sending %s to", signal)
	case cesi.Skipped:
		return cesi.T("skipped")
	default:
		return cesi.T("tried to send %s to", signal)
	}
}

// sentenceOn describes the result of a command for its only target.
func sentenceOn(r fleet.Report, o fleet.Outcome) cesi.Text {
	what := cesi.T("%s on %s", request.Sanitize(o.What()), request.Sanitize(o.Node))
	why := o.Message
	switch o.Result {
	case cesi.OK:
		return doneOn(r, what)
	case cesi.Failed:
		return cesi.T("%s %s: %s", what, notDone(r), why)
	case cesi.Skipped:
		return cesi.T("%s was skipped: %s", what, why)
	default:
		return cesi.T("%s: how the %s ended is not known. %s", what, ActionTextOf(r.Action).Noun, why)
	}
}

// notDone says what did not happen to a target.
func notDone(r fleet.Report) cesi.Text {
	if r.Action == cesi.ActionSignal {
		return cesi.T("did not get %s", request.Sanitize(r.Signal))
	}
	return ActionTextOf(r.Action).Failed
}

// doneOn says that a command succeeded.
func doneOn(r fleet.Report, what cesi.Text) cesi.Text {
	switch r.Action {
	case cesi.ActionSignal:
		return cesi.T("%s was sent to %s.", request.Sanitize(r.Signal), what)
	case cesi.ActionStdin:
		return cesi.T("The text was sent to %s.", what)
	case cesi.ActionClearLogs:
		return cesi.T("The logs of %s are cleared.", what)
	case cesi.ActionClearMainLog:
		return cesi.T("The log of %s is cleared.", what)
	default:
		return cesi.T("%s is %s.", what, ActionTextOf(r.Action).Past)
	}
}
