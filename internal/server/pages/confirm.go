package pages

import (
	"fmt"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// confirmPage is the question before a command on many.
type confirmPage struct {
	view.Base
	request.Command
	Question    string
	Remark      i18n.Phrase // what the command means, where that is not plain
	Verb        i18n.Phrase // on the button: "Stop 14 processes"
	Hit         []refGroup
	HitMore     int // processes that are hit too, but not named
	Manual      []fleet.Ref
	ManualTotal int
	LeftAlone   []leftAlone
	Signals     []signalChoice // to choose from, for a signal
	Fleet       bool           // more than one node is hit, so that a name alone says too little
	Self        string         // to be typed in
	MaybeSelf   bool           // it is perhaps another program
	Problem     string         // why it did not go out the last time
	Nothing     bool           // there is nothing that the command would touch
}

// refGroup are the processes of one node.
type refGroup struct {
	Node string
	IDs  []string
}

// namesShown bounds the processes that one list of a question names.
const namesShown = 500

// leftAlone are the processes that a command does not touch for one reason.
type leftAlone struct {
	Reason string
	Refs   []fleet.Ref
	Total  int // with those that are not named
}

// newConfirmPage asks about a command as its preview describes it. Problem is a
// sentence about an answer that was not accepted, or empty.
func newConfirmPage(base view.Base, command request.Command, preview fleet.Preview, problem string) confirmPage {
	page := confirmPage{
		Command: command,
		Hit:     groupByNode(preview.Hit[:min(len(preview.Hit), namesShown)]), HitMore: max(len(preview.Hit)-namesShown, 0),
		Manual: preview.Manual[:min(len(preview.Manual), namesShown)], ManualTotal: len(preview.Manual),
		LeftAlone: groupByReason(preview.LeftAlone), Fleet: preview.Nodes > 1,
		Self: preview.Self, MaybeSelf: preview.MaybeSelf, Problem: problem, Nothing: len(preview.Hit) == 0,
	}
	page.Verb = view.Do(command.Action, hitWords(preview))
	page.Question = base.Say("%s on %s?", base.Speaker.Localize(page.Verb), base.Speaker.Localize(nodeWords(preview)))
	if page.Nothing {
		page.Question = base.Say("There is nothing to %s", base.Speaker.Localize(view.ActionTextOf(command.Action).Infinitive))
	}
	if command.Action == cesi.ActionRestart && !page.Nothing && len(preview.LeftAlone) > 0 {
		page.Remark = i18n.Of("A restart touches what runs and what failed; what somebody stopped stays stopped.")
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

func hitWords(p fleet.Preview) i18n.Phrase {
	if len(p.Hit) == 1 {
		return i18n.Raw(request.Sanitize(p.Hit[0].ProcessID.String()))
	}
	return i18n.Of("%d processes", len(p.Hit))
}

func nodeWords(p fleet.Preview) i18n.Phrase {
	if p.Nodes == 1 {
		return i18n.Raw(request.Sanitize(p.Hit[0].Node))
	}
	return i18n.Of("%d nodes", p.Nodes)
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

func groupByReason(outcomes []fleet.Outcome) []leftAlone {
	var groups []leftAlone
	at := make(map[string]int)
	for _, o := range outcomes {
		i, found := at[o.Message]
		if !found {
			i = len(groups)
			at[o.Message] = i
			groups = append(groups, leftAlone{Reason: o.Message})
		}
		groups[i].Total++
		if len(groups[i].Refs) < namesShown {
			groups[i].Refs = append(groups[i].Refs, o.Ref)
		}
	}
	for i := range groups {
		if groups[i].Total > 1 {
			groups[i].Reason = reasonOfMany(groups[i].Reason)
		}
	}
	return groups
}

// reasonOfMany words the reason why a process is left alone for several.
func reasonOfMany(reason string) string {
	if state, is := strings.CutPrefix(reason, "it does not run ("); is {
		return fmt.Sprintf("they do not run (%s)", strings.TrimSuffix(state, ")"))
	}
	switch reason {
	case "it does not run":
		return "they do not run"
	case "it is stopping":
		return "they are stopping"
	case "it runs already":
		return "they run already"
	case "supervisord is about to try it again (BACKOFF)":
		return "supervisord is about to try them again (BACKOFF)"
	default:
		return reason
	}
}
