package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// confirmPage is the confirmation of a command on many.
type confirmPage struct {
	view.Base
	request.Command
	Question    string
	Remark      cesi.Text // explains the command, if necessary
	Verb        cesi.Text // on the button: "Stop 14 processes"
	Hit         []refGroup
	HitMore     int // number of further processes that the command changes
	Manual      []view.RichText
	ManualTotal int
	Skipped     []skippedProcesses
	Signals     []signalChoice // to choose from, for a signal
	Self        string         // the name that the user must type
	MaybeSelf   bool           // Self may be another program
	Problem     cesi.Text      // why the command was not sent the last time
	Nothing     bool           // the command would change no process
}

// refGroup are the processes of one node.
type refGroup struct {
	Node string
	IDs  []string
}

// namesShown bounds the processes named in one list of a confirmation.
const namesShown = 500

// skippedProcesses are the processes that a command skips for one reason.
type skippedProcesses struct {
	Reason cesi.Text
	Names  []view.RichText
	Total  int // with those that are not named
}

// newConfirmPage asks for the confirmation of a command with its preview. Problem says
// why an answer was not accepted, or is empty.
func newConfirmPage(base view.Base, command request.Command, preview fleet.Preview, problem cesi.Text) confirmPage {
	page := confirmPage{
		Command: command,
		Hit:     groupByNode(preview.Hit[:min(len(preview.Hit), namesShown)]), HitMore: max(len(preview.Hit)-namesShown, 0),
		Manual: refNames(preview.Manual[:min(len(preview.Manual), namesShown)], preview.Nodes > 1), ManualTotal: len(preview.Manual),
		Skipped: groupByReason(preview.Skipped, preview.Nodes > 1),
		Self:    preview.Self, MaybeSelf: preview.MaybeSelf, Problem: problem, Nothing: len(preview.Hit) == 0,
	}
	page.Verb = view.ActionOn(command.Action, hitWords(preview))
	page.Question = base.Localizer.Localize(view.ActionQuestion(command.Action, hitWords(preview), nodeWords(preview)))
	if page.Nothing {
		page.Question = base.Localizer.Localize(view.NothingTo(command.Action))
	}
	if command.Action == cesi.ActionRestart && !page.Nothing && len(preview.Skipped) > 0 {
		page.Remark = cesi.T("A restart is for running and failed processes. Processes that were stopped stay stopped.")
	}
	if command.Action == cesi.ActionSignal {
		page.Signals = signalChoices(command.Signal)
	}
	section := "nodes"
	if command.Post == request.FleetCommand {
		section = "processes"
	}
	page.Base = base.At(section, page.Question)
	return page
}

func hitWords(p fleet.Preview) cesi.Text {
	if len(p.Hit) == 1 {
		return cesi.Raw(request.Sanitize(p.Hit[0].ProcessID.String()))
	}
	return cesi.T("%d processes", len(p.Hit))
}

func nodeWords(p fleet.Preview) cesi.Text {
	if p.Nodes == 1 {
		return cesi.Raw(request.Sanitize(p.Hit[0].Node))
	}
	return cesi.T("%d nodes", p.Nodes)
}

func groupByNode(refs []fleet.Ref) []refGroup {
	var groups []refGroup
	at := make(map[string]int)
	for _, ref := range refs {
		i, found := at[ref.Node]
		if !found {
			i = len(groups)
			at[ref.Node] = i
			groups = append(groups, refGroup{Node: ref.Node})
		}
		groups[i].IDs = append(groups[i].IDs, ref.ProcessID.String())
	}
	return groups
}

// refNames are the names of processes, with their nodes where several are hit.
func refNames(refs []fleet.Ref, several bool) []view.RichText {
	list := make([]view.RichText, len(refs))
	for i, ref := range refs {
		list[i] = refName(ref, several)
	}
	return list
}

func refName(ref fleet.Ref, several bool) view.RichText {
	if several {
		return view.ProcessOnNode(ref.ProcessID.String(), ref.Node)
	}
	var r view.RichText
	r.Text = r.Name(cesi.Raw(ref.ProcessID.String()), "", "")
	return r
}

func groupByReason(outcomes []fleet.Outcome, several bool) []skippedProcesses {
	var groups []skippedProcesses
	at := make(map[string]int)
	for _, o := range outcomes {
		reason := o.Message.String()
		i, found := at[reason]
		if !found {
			i = len(groups)
			at[reason] = i
			groups = append(groups, skippedProcesses{Reason: o.Message})
		} else {
			groups[i].Reason = reasonOfMany(o)
		}
		groups[i].Total++
		if len(groups[i].Names) < namesShown {
			groups[i].Names = append(groups[i].Names, refName(o.Ref, several))
		}
	}
	return groups
}

// reasonOfMany returns the reason of an outcome as a sentence about several processes.
func reasonOfMany(o fleet.Outcome) cesi.Text {
	switch o.Skip {
	case fleet.SkipNotRunning:
		return cesi.T("they do not run (%s)", o.State)
	case fleet.SkipDown:
		return cesi.T("they do not run")
	case fleet.SkipStopping:
		return cesi.T("they are stopping")
	case fleet.SkipRunning:
		return cesi.T("they run already")
	case fleet.SkipBackoff:
		return cesi.T("supervisord is about to try them again (BACKOFF)")
	default:
		return o.Message
	}
}
