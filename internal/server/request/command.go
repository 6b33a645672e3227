package request

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// FleetCommand is the path of commands that are not on one node.
const FleetCommand = "/command"

// Command is a command read from a form or a link, with the data for its confirmation.
type Command struct {
	fleet.Command
	Post   string  // local path to send the confirmed command to
	Fields []Field // what the form repeats besides the confirmation
	Back   string  // local path to return to
	// Question is the local path of the confirmation of a command on the fleet; empty
	// if it would be too long.
	Question     string
	SkippedNodes []string // nodes that do not answer, and so are skipped
	// NewlyMatching is how many targets are in the scope now that were not when the
	// confirmation was shown: they are not changed.
	NewlyMatching int
}

// ReadCommand reads a command: on the path's node, if it names one, else on the fleet.
func (rd *Reader) ReadCommand(r *http.Request, action string, form url.Values) (Command, error) {
	read := rd.fleetRequest
	if Param(r, "node") != "" {
		read = rd.nodeRequest
	}
	request, err := read(r, action, form)
	request.Back = rd.LocalPath(form.Get("back"))
	if request.Action.OnDaemon() && !form.Has("back") {
		request.Back = LocalURL("nodes", Param(r, "node"), "daemon")
	}
	request.ConfirmSelf, request.ConfirmNode = form.Get("confirm_self"), form.Get("confirm_node")
	switch request.Action {
	case cesi.ActionSignal:
		request.Signal = form.Get("signal")
		if request.Signal == "" && Param(r, "process") == "" && !form.Has("confirmed") {
			request.Signal = cesi.Signals()[0] // the confirmation lets the user choose
		}
	case cesi.ActionStdin:
		request.Text = stdinOf(form)
	}
	return request, err
}

// stdinOf reads the text for standard input. Browsers send ends of lines as CRLF.
func stdinOf(form url.Values) string {
	text := strings.ReplaceAll(form.Get("text"), "\r\n", "\n")
	if form.Has("newline") {
		text += "\n"
	}
	return text
}

// nodeRequest reads a command on the path's node: on the path's process, on the groups
// and processes in the form, or on all.
func (rd *Reader) nodeRequest(r *http.Request, action string, form url.Values) (Command, error) {
	n, err := rd.FindNode(r)
	if err != nil {
		return Command{}, err
	}
	if cesi.Action(action).OnDaemon() {
		return supervisordRequest(n.Name, cesi.Action(action), form)
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

// supervisordRequest reads a command to the supervisord of a node, on the groups in the
// form if it names any.
func supervisordRequest(node string, action cesi.Action, form url.Values) (Command, error) {
	groups := form["group"]
	if action == cesi.ActionUpdate && len(groups) == 0 {
		return Command{}, cesi.Errorf(cesi.Invalid, "No group is selected. Reread the configuration, and select the groups to update.")
	}
	request := Command{Command: OnGroups(fleet.Command{Action: action}, node, groups), Post: LocalURL("nodes", node, action)}
	for _, group := range groups {
		request.Fields = append(request.Fields, Field{"group", group})
	}
	return request, nil
}

// fleetRequest reads a command on a scope of the fleet. A confirmed command on a set is
// only for targets that the confirmation named and that are still in the set.
func (rd *Reader) fleetRequest(_ *http.Request, action string, form url.Values) (Command, error) {
	if cesi.Action(action).OnDaemon() {
		return Command{}, cesi.Errorf(cesi.Invalid, "%q is no command to processes", action)
	}
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
		named := fleet.FilterConfirmed(a.Targets, form.Get("seal"))
		request.NewlyMatching = len(a.Targets) - len(named)
		// Targets that have stopped answering since the confirmation fail, and say so.
		request.Targets = append(named, fleet.FilterConfirmed(a.SkippedTargets, form.Get("seal"))...)
	}
	if len(request.Targets) == 0 {
		return Command{}, cesi.Errorf(cesi.Conflict, "None of the confirmed targets matches any more, so nothing was done.")
	}
	request.Fields = append(request.Fields, Field{"seal", fleet.EncodeConfirmed(request.Targets)})
	return request, nil
}

// maxQuestion bounds the path of a confirmation: nginx accepts 8 KB by default.
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

// OnGroups adds groups of a node, or the node itself, as targets of a command.
func OnGroups(c fleet.Command, node string, groups []string) fleet.Command {
	for _, group := range slices.Compact(groups) {
		c.Targets = append(c.Targets, fleet.Target{Node: node, Group: group})
	}
	if len(groups) == 0 {
		c.Targets = []fleet.Target{{Node: node}}
	}
	return c
}

// SetActions are the actions on a set of processes.
func SetActions() []cesi.Action {
	return []cesi.Action{cesi.ActionStart, cesi.ActionStop, cesi.ActionRestart}
}
