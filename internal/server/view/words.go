package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// ActionText are the forms in which a command is spoken of.
type ActionText struct {
	Do     words.Phrase // "tried to …"
	Doing  words.Phrase // "is …"
	Did    words.Phrase // "maria …"
	Undone words.Phrase // "web:web1 …", when it did not come about
	Noun   words.Phrase // "how the … ended is not known"
	Name   words.Phrase // on its own
}

// ActionTextOf speaks of a command. The verbs take the target as their object.
func ActionTextOf(action cesi.Action) ActionText {
	switch action {
	case cesi.ActionStart:
		return ActionText{
			words.Of("start"), words.Of("starting"), words.Of("started"),
			words.Of("was not started"), words.Of("start"), words.Of("Start"),
		}
	case cesi.ActionStop:
		return ActionText{
			words.Of("stop"), words.Of("stopping"), words.Of("stopped"),
			words.Of("was not stopped"), words.Of("stop"), words.Of("Stop"),
		}
	case cesi.ActionRestart:
		return ActionText{
			words.Of("restart"), words.Of("restarting"), words.Of("restarted"),
			words.Of("was not restarted"), words.Of("restart"), words.Of("Restart"),
		}
	case cesi.ActionSignal:
		return ActionText{
			words.Of("signal"), words.Of("signalling"), words.Of("signalled"),
			words.Of("was not signalled"), words.Of("signal"), words.Of("Signal"),
		}
	case cesi.ActionStdin:
		return ActionText{
			words.Of("send a text to"), words.Of("sending a text to"), words.Of("sent a text to"),
			words.Of("did not get the text"), words.Of("text"), words.Of("Text"),
		}
	case cesi.ActionClearLogs:
		return ActionText{
			words.Of("clear the logs of"), words.Of("clearing the logs of"), words.Of("cleared the logs of"),
			words.Of("keeps its logs"), words.Of("clearing of logs"), words.Of("Clearing of logs"),
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
			words.Of("update"), words.Of("updating"), words.Of("updated"),
			words.Of("was not updated"), words.Of("update"), words.Of("Update"),
		}
	case cesi.ActionAddGroup:
		return ActionText{
			words.Of("add"), words.Of("adding"), words.Of("added"),
			words.Of("was not added"), words.Of("addition"), words.Of("Addition"),
		}
	case cesi.ActionRemoveGroup:
		return ActionText{
			words.Of("remove"), words.Of("removing"), words.Of("removed"),
			words.Of("was not removed"), words.Of("removal"), words.Of("Removal"),
		}
	case cesi.ActionReload:
		return ActionText{
			words.Of("reload"), words.Of("reloading"), words.Of("reloaded"),
			words.Of("was not reloaded"), words.Of("reload"), words.Of("Reload"),
		}
	case cesi.ActionShutdown:
		return ActionText{
			words.Of("shut down"), words.Of("shutting down"), words.Of("shut down"),
			words.Of("was not shut down"), words.Of("shutdown"), words.Of("Shutdown"),
		}
	case cesi.ActionClearMainLog:
		return ActionText{
			words.Of("clear the log of"), words.Of("clearing the log of"), words.Of("cleared the log of"),
			words.Of("keeps its log"), words.Of("clearing of the log"), words.Of("Clearing of the log"),
		}
	default:
		name := words.Verbatim(string(action))
		return ActionText{name, name, name, name, name, name}
	}
}

// Do names a command on something, as a button or a heading does: "Stop web:web1".
func Do(action cesi.Action, what words.Phrase) words.Phrase {
	switch action {
	case cesi.ActionStart:
		return words.Of("Start %s", what)
	case cesi.ActionStop:
		return words.Of("Stop %s", what)
	case cesi.ActionRestart:
		return words.Of("Restart %s", what)
	case cesi.ActionSignal:
		return words.Of("Signal %s", what)
	case cesi.ActionStdin:
		return words.Of("Send a text to %s", what)
	case cesi.ActionClearLogs:
		return words.Of("Clear the logs of %s", what)
	case cesi.ActionUpdate:
		return words.Of("Update %s", what)
	case cesi.ActionAddGroup:
		return words.Of("Add %s", what)
	case cesi.ActionRemoveGroup:
		return words.Of("Remove %s", what)
	default:
		return words.Of("%s: %s", ActionTextOf(action).Name, what)
	}
}

// CommandVerb says what somebody did to the target, or tried to.
func CommandVerb(action cesi.Action, result cesi.Result) words.Phrase {
	forms := ActionTextOf(action)
	switch result {
	case cesi.OK, cesi.Partial:
		return forms.Did
	case cesi.Pending:
		return words.Of("is %s", forms.Doing)
	case cesi.Skipped:
		return words.Of("left alone")
	default:
		return words.Of("tried to %s", forms.Do)
	}
}

// SignalVerb is CommandVerb for a signal, which it names.
func SignalVerb(signal string, result cesi.Result) words.Phrase {
	switch result {
	case cesi.OK, cesi.Partial:
		return words.Of("sent %s to", signal)
	case cesi.Pending:
		return words.Of("is sending %s to", signal)
	case cesi.Skipped:
		return words.Of("left alone")
	default:
		return words.Of("tried to send %s to", signal)
	}
}

// sentenceOn says how a command went for its only target.
func sentenceOn(r fleet.Report, o fleet.Outcome) words.Phrase {
	what := words.Of("%s on %s", request.Sanitize(o.Target()), request.Sanitize(o.Node))
	why := words.Heard(request.Sanitize(o.Message))
	switch o.Result {
	case cesi.OK:
		return appendNote(doneOn(r, what), o.Message)
	case cesi.Failed:
		return words.Of("%s %s: %s", what, notDone(r), why)
	case cesi.Skipped:
		return words.Of("%s was left alone: %s", what, why)
	default:
		return words.Of("%s: how the %s ended is not known. %s", what, ActionTextOf(r.Action).Noun, why)
	}
}

// appendNote adds what else is to be said of what went well.
func appendNote(done words.Phrase, message string) words.Phrase {
	if message == "" {
		return done
	}
	return words.Of("%s %s.", done, words.Heard(Capitalized(request.Sanitize(message))))
}

// notDone says what did not happen to a target.
func notDone(r fleet.Report) words.Phrase {
	if r.Action == cesi.ActionSignal {
		return words.Of("did not get %s", request.Sanitize(r.Signal))
	}
	return ActionTextOf(r.Action).Undone
}

// doneOn says that a command went well.
func doneOn(r fleet.Report, what words.Phrase) words.Phrase {
	switch r.Action {
	case cesi.ActionSignal:
		return words.Of("%s was sent to %s.", request.Sanitize(r.Signal), what)
	case cesi.ActionStdin:
		return words.Of("The text was sent to %s.", what)
	case cesi.ActionClearLogs:
		return words.Of("The logs of %s are cleared.", what)
	case cesi.ActionClearMainLog:
		return words.Of("The log of %s is cleared.", what)
	default:
		return words.Of("%s is %s.", what, ActionTextOf(r.Action).Did)
	}
}

// tally sums up how a command on many went: "12 ok, 1 failed, 3 left alone".
func tally(outcomes []fleet.Outcome) words.Phrase {
	counts := make(map[cesi.Result]int)
	for _, o := range outcomes {
		counts[o.Result]++
	}
	parts := []struct {
		result cesi.Result
		words  words.Phrase
	}{
		{cesi.OK, words.Of("%d ok", counts[cesi.OK])},
		{cesi.Failed, words.Of("%d failed", counts[cesi.Failed])},
		{cesi.UnknownEnd, words.Of("%d unknown", counts[cesi.UnknownEnd])},
		{cesi.Interrupted, words.Of("%d interrupted", counts[cesi.Interrupted])},
		{cesi.Skipped, words.Of("%d left alone", counts[cesi.Skipped])},
	}
	var list []words.Phrase
	for _, part := range parts {
		if counts[part.result] > 0 {
			list = append(list, part.words)
		}
	}
	if len(list) == 0 {
		return words.Of("there was nothing to do")
	}
	return JoinList(list)
}

// JoinList puts phrases behind one another: "2 running, 1 fatal".
func JoinList(parts []words.Phrase) words.Phrase {
	var list words.Phrase
	for i, part := range parts {
		if i == 0 {
			list = part
			continue
		}
		list = words.Of("%s, %s", list, part)
	}
	return list
}
