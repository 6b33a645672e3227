package request

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// FleetCommand is the path of the commands that are not on one node.
const FleetCommand = "/command"

// Command is a command as a form or a link words it, with what the
// question before it has to hand on to the answer.
type Command struct {
	fleet.Command
	Post   string  // local path that the answer is sent to
	Fields []Field // what the answer carries besides the yes
	Back   string  // local path to return to
	// Question is the local path of the question about a command on the fleet;
	// empty where it would be too long.
	Question     string
	SkippedNodes []string // nodes that do not answer, and so will not be touched
	// NewlyMatching is how many targets are in the scope by now that were not when the
	// question was put: they are not touched.
	NewlyMatching int
}

// ReadCommand reads a command: on the path's node, if it names one, else on the
// fleet.
func (rd *Reader) ReadCommand(r *http.Request, action string, form url.Values) (Command, error) {
	read := rd.fleetRequest
	if Param(r, "node") != "" {
		read = rd.nodeRequest
	}
	request, err := read(r, action, form)
	request.Back = rd.LocalPath(form.Get("back"))
	request.ConfirmSelf = form.Get("confirm_self")
	switch request.Action {
	case cesi.ActionSignal:
		request.Signal = form.Get("signal")
		if request.Signal == "" && Param(r, "process") == "" && !form.Has("confirmed") {
			request.Signal = cesi.Signals()[0] // the question lets choose
		}
	case cesi.ActionStdin:
		request.Text = stdinOf(form)
	}
	return request, err
}

// stdinOf reads the text for a standard input. Browsers send a line's end as
// CRLF, whatever was typed.
func stdinOf(form url.Values) string {
	text := strings.ReplaceAll(form.Get("text"), "\r\n", "\n")
	if form.Has("newline") {
		text += "\n"
	}
	return text
}

// nodeRequest reads a command on the path's node: on the path's process, on the
// groups and processes in the form, or on all.
func (rd *Reader) nodeRequest(r *http.Request, action string, form url.Values) (Command, error) {
	n, err := rd.FindNode(r)
	if err != nil {
		return Command{}, err
	}
	groups, processes := form["group"], form["process"]
	if process := Param(r, "process"); process != "" {
		groups, processes = nil, []string{process}
	}
	c, err := CommandOf(r, action, groups, processes)
	request := Command{Command: c, Post: LocalURL("nodes", n.Name, action)}
	for _, group := range groups {
		request.Fields = append(request.Fields, Field{"group", group})
	}
	for _, process := range processes {
		request.Fields = append(request.Fields, Field{"process", process})
	}
	return request, err
}

// fleetRequest reads a command on a scope of the fleet. The answer to a question
// about a set is for those that the question named, as far as they are still in it.
func (rd *Reader) fleetRequest(_ *http.Request, action string, form url.Values) (Command, error) {
	where, err := ParseScope(form)
	if err != nil {
		return Command{}, err
	}
	a, err := where.Resolve(rd.Fleet.Snapshot())
	if err != nil {
		return Command{}, err
	}
	fields := append(where.fields(), Field{"action", action})
	request := Command{
		Command: fleet.Command{Action: cesi.Action(action), Targets: a.Targets},
		Post:    FleetCommand, Fields: fields, SkippedNodes: a.SkippedNodes,
		Question: questionPath(fields, form),
	}
	if where.Kind == "" {
		return request, nil
	}
	if form.Has("seal") {
		named := filterConfirmed(a.Targets, form.Get("seal"))
		request.NewlyMatching = len(a.Targets) - len(named)
		// What has fallen silent since the question fails, and says so.
		request.Targets = append(named, filterConfirmed(a.skippedTargets, form.Get("seal"))...)
	}
	if len(request.Targets) == 0 {
		return Command{}, cesi.Errorf(cesi.Conflict, "Nothing that the question named is like that any more, so nothing was done.")
	}
	request.Fields = append(request.Fields, Field{"seal", encodeConfirmed(request.Targets)})
	return request, nil
}

// maxQuestion is how long the path of a question may be: nginx takes 8 KB unless
// told otherwise.
const maxQuestion = 6 << 10

func questionPath(fields []Field, form url.Values) string {
	values := url.Values{"back": {form.Get("back")}}
	if signal := form.Get("signal"); signal != "" {
		values.Set("signal", signal)
	}
	for _, f := range fields {
		values.Add(f.Name, f.Value)
	}
	if path := FleetCommand + "?" + values.Encode(); len(path) <= maxQuestion {
		return path
	}
	return ""
}

// OnGroups aims a command at groups of a node, or at the node itself.
func OnGroups(c fleet.Command, node string, groups []string) fleet.Command {
	for _, group := range slices.Compact(groups) {
		c.Targets = append(c.Targets, fleet.Target{Node: node, Group: group})
	}
	if len(groups) == 0 {
		c.Targets = []fleet.Target{{Node: node}}
	}
	return c
}

// SetActions are what can be done to a set of processes.
func SetActions() []cesi.Action {
	return []cesi.Action{cesi.ActionStart, cesi.ActionStop, cesi.ActionRestart}
}
