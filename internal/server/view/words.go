package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
)

// ActionText are the forms in which a command is spoken of.
type ActionText struct {
	Infinitive  i18n.Phrase // "tried to …"
	Progressive i18n.Phrase // "is …"
	Past        i18n.Phrase // "maria …"
	Failed      i18n.Phrase // "web:web1 …", when it did not come about
	Noun        i18n.Phrase // "how the … ended is not known"
	Title       i18n.Phrase // on its own
}

// ActionTextOf speaks of a command. The verbs take the target as their object.
func ActionTextOf(action cesi.Action) ActionText {
	switch action {
	case cesi.ActionStart:
		return ActionText{
			i18n.Of("start"), i18n.Of("starting"), i18n.Of("started"),
			i18n.Of("was not started"), i18n.Of("start"), i18n.Of("Start"),
		}
	case cesi.ActionStop:
		return ActionText{
			i18n.Of("stop"), i18n.Of("stopping"), i18n.Of("stopped"),
			i18n.Of("was not stopped"), i18n.Of("stop"), i18n.Of("Stop"),
		}
	case cesi.ActionRestart:
		return ActionText{
			i18n.Of("restart"), i18n.Of("restarting"), i18n.Of("restarted"),
			i18n.Of("was not restarted"), i18n.Of("restart"), i18n.Of("Restart"),
		}
	case cesi.ActionSignal:
		return ActionText{
			i18n.Of("signal"), i18n.Of("signalling"), i18n.Of("signalled"),
			i18n.Of("was not signalled"), i18n.Of("signal"), i18n.Of("Signal"),
		}
	case cesi.ActionStdin:
		return ActionText{
			i18n.Of("send a text to"), i18n.Of("sending a text to"), i18n.Of("sent a text to"),
			i18n.Of("did not get the text"), i18n.Of("text"), i18n.Of("Text"),
		}
	case cesi.ActionClearLogs:
		return ActionText{
			i18n.Of("clear the logs of"), i18n.Of("clearing the logs of"), i18n.Of("cleared the logs of"),
			i18n.Of("keeps its logs"), i18n.Of("clearing of logs"), i18n.Of("Clearing of logs"),
		}
	default:
		return daemonWords(action)
	}
}

// daemonWords speaks of a command to a supervisord itself.
func daemonWords(action cesi.Action) ActionText {
	switch action {
	case cesi.ActionUpdate:
		return ActionText{
			i18n.Of("update"), i18n.Of("updating"), i18n.Of("updated"),
			i18n.Of("was not updated"), i18n.Of("update"), i18n.Of("Update"),
		}
	case cesi.ActionAddGroup:
		return ActionText{
			i18n.Of("add"), i18n.Of("adding"), i18n.Of("added"),
			i18n.Of("was not added"), i18n.Of("addition"), i18n.Of("Addition"),
		}
	case cesi.ActionRemoveGroup:
		return ActionText{
			i18n.Of("remove"), i18n.Of("removing"), i18n.Of("removed"),
			i18n.Of("was not removed"), i18n.Of("removal"), i18n.Of("Removal"),
		}
	case cesi.ActionReload:
		return ActionText{
			i18n.Of("reload"), i18n.Of("reloading"), i18n.Of("reloaded"),
			i18n.Of("was not reloaded"), i18n.Of("reload"), i18n.Of("Reload"),
		}
	case cesi.ActionShutdown:
		return ActionText{
			i18n.Of("shut down"), i18n.Of("shutting down"), i18n.Of("shut down"),
			i18n.Of("was not shut down"), i18n.Of("shutdown"), i18n.Of("Shutdown"),
		}
	case cesi.ActionClearMainLog:
		return ActionText{
			i18n.Of("clear the log of"), i18n.Of("clearing the log of"), i18n.Of("cleared the log of"),
			i18n.Of("keeps its log"), i18n.Of("clearing of the log"), i18n.Of("Clearing of the log"),
		}
	default:
		name := i18n.Raw(string(action))
		return ActionText{name, name, name, name, name, name}
	}
}

// Do names a command on something, as a button or a heading does: "Stop web:web1".
func Do(action cesi.Action, what i18n.Phrase) i18n.Phrase {
	switch action {
	case cesi.ActionStart:
		return i18n.Of("Start %s", what)
	case cesi.ActionStop:
		return i18n.Of("Stop %s", what)
	case cesi.ActionRestart:
		return i18n.Of("Restart %s", what)
	case cesi.ActionSignal:
		return i18n.Of("Signal %s", what)
	case cesi.ActionStdin:
		return i18n.Of("Send a text to %s", what)
	case cesi.ActionClearLogs:
		return i18n.Of("Clear the logs of %s", what)
	case cesi.ActionUpdate:
		return i18n.Of("Update %s", what)
	case cesi.ActionAddGroup:
		return i18n.Of("Add %s", what)
	case cesi.ActionRemoveGroup:
		return i18n.Of("Remove %s", what)
	default:
		return i18n.Of("%s: %s", ActionTextOf(action).Title, what)
	}
}

// CommandVerb says what somebody did to the target, or tried to.
func CommandVerb(action cesi.Action, result cesi.Result) i18n.Phrase {
	forms := ActionTextOf(action)
	switch result {
	case cesi.OK, cesi.Partial:
		return forms.Past
	case cesi.Pending:
		return i18n.Of("is %s", forms.Progressive)
	case cesi.Skipped:
		return i18n.Of("left alone")
	default:
		return i18n.Of("tried to %s", forms.Infinitive)
	}
}

// SignalVerb is CommandVerb for a signal, which it names.
func SignalVerb(signal string, result cesi.Result) i18n.Phrase {
	switch result {
	case cesi.OK, cesi.Partial:
		return i18n.Of("sent %s to", signal)
	case cesi.Pending:
		return i18n.Of("is sending %s to", signal)
	case cesi.Skipped:
		return i18n.Of("left alone")
	default:
		return i18n.Of("tried to send %s to", signal)
	}
}

// sentenceOn says how a command went for its only target.
func sentenceOn(r fleet.Report, o fleet.Outcome) i18n.Phrase {
	what := i18n.Of("%s on %s", request.Sanitize(o.What()), request.Sanitize(o.Node))
	why := i18n.Heard(request.Sanitize(o.Message))
	switch o.Result {
	case cesi.OK:
		return appendNote(doneOn(r, what), o.Message)
	case cesi.Failed:
		return i18n.Of("%s %s: %s", what, notDone(r), why)
	case cesi.Skipped:
		return i18n.Of("%s was left alone: %s", what, why)
	default:
		return i18n.Of("%s: how the %s ended is not known. %s", what, ActionTextOf(r.Action).Noun, why)
	}
}

// appendNote adds what else is to be said of what went well.
func appendNote(done i18n.Phrase, message string) i18n.Phrase {
	if message == "" {
		return done
	}
	return i18n.Of("%s %s.", done, i18n.Heard(Capitalized(request.Sanitize(message))))
}

// notDone says what did not happen to a target.
func notDone(r fleet.Report) i18n.Phrase {
	if r.Action == cesi.ActionSignal {
		return i18n.Of("did not get %s", request.Sanitize(r.Signal))
	}
	return ActionTextOf(r.Action).Failed
}

// doneOn says that a command went well.
func doneOn(r fleet.Report, what i18n.Phrase) i18n.Phrase {
	switch r.Action {
	case cesi.ActionSignal:
		return i18n.Of("%s was sent to %s.", request.Sanitize(r.Signal), what)
	case cesi.ActionStdin:
		return i18n.Of("The text was sent to %s.", what)
	case cesi.ActionClearLogs:
		return i18n.Of("The logs of %s are cleared.", what)
	case cesi.ActionClearMainLog:
		return i18n.Of("The log of %s is cleared.", what)
	default:
		return i18n.Of("%s is %s.", what, ActionTextOf(r.Action).Past)
	}
}

// tally sums up how a command on many went: "12 ok, 1 failed, 3 left alone".
func tally(outcomes []fleet.Outcome) i18n.Phrase {
	counts := make(map[cesi.Result]int)
	for _, o := range outcomes {
		counts[o.Result]++
	}
	parts := []struct {
		result cesi.Result
		words  i18n.Phrase
	}{
		{cesi.OK, i18n.Of("%d ok", counts[cesi.OK])},
		{cesi.Failed, i18n.Of("%d failed", counts[cesi.Failed])},
		{cesi.UnknownEnd, i18n.Of("%d unknown", counts[cesi.UnknownEnd])},
		{cesi.Interrupted, i18n.Of("%d interrupted", counts[cesi.Interrupted])},
		{cesi.Skipped, i18n.Of("%d left alone", counts[cesi.Skipped])},
	}
	var list []i18n.Phrase
	for _, part := range parts {
		if counts[part.result] > 0 {
			list = append(list, part.words)
		}
	}
	if len(list) == 0 {
		return i18n.Of("there was nothing to do")
	}
	return JoinList(list)
}

// JoinList puts phrases behind one another: "2 running, 1 fatal".
func JoinList(parts []i18n.Phrase) i18n.Phrase {
	var list i18n.Phrase
	for i, part := range parts {
		if i == 0 {
			list = part
			continue
		}
		list = i18n.Of("%s, %s", list, part)
	}
	return list
}
