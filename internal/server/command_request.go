package server

import (
	"net/http"
	"net/url"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// fleetCommand is the path of the commands that are not on one node.
const fleetCommand = "/command"

// commandRequest is a command as a form or a link words it, with what the
// question before it has to hand on to the answer.
type commandRequest struct {
	fleet.Command
	Post   string  // local path that the answer is sent to
	Fields []field // what the answer carries besides the yes
	Back   string  // local path to return to
	// Question is the local path of the question about a command on the fleet;
	// empty where it would be too long.
	Question string
	Silent   []string // nodes that do not answer, and so will not be touched
	// Later is how many targets are in the scope by now that were not when the
	// question was put: they are not touched.
	Later int
}

// requestOf reads a command: on the path's node, if it names one, else on the
// fleet.
func (rd *requestReader) requestOf(r *http.Request, action string, form url.Values) (commandRequest, error) {
	read := rd.fleetRequest
	if param(r, "node") != "" {
		read = rd.nodeRequest
	}
	request, err := read(r, action, form)
	request.Back = rd.localPath(form.Get("back"))
	request.ConfirmSelf = form.Get("confirm_self")
	switch request.Action {
	case cesi.ActionSignal:
		request.Signal = form.Get("signal")
		if request.Signal == "" && param(r, "process") == "" && !form.Has("confirmed") {
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
func (rd *requestReader) nodeRequest(r *http.Request, action string, form url.Values) (commandRequest, error) {
	n, err := rd.findNode(r)
	if err != nil {
		return commandRequest{}, err
	}
	groups, processes := form["group"], form["process"]
	if process := param(r, "process"); process != "" {
		groups, processes = nil, []string{process}
	}
	c, err := commandOf(r, action, groups, processes)
	request := commandRequest{Command: c, Post: localURL("nodes", n.Name, action)}
	for _, group := range groups {
		request.Fields = append(request.Fields, field{"group", group})
	}
	for _, process := range processes {
		request.Fields = append(request.Fields, field{"process", process})
	}
	return request, err
}

// fleetRequest reads a command on a scope of the fleet. The answer to a question
// about a set is for those that the question named, as far as they are still in it.
func (rd *requestReader) fleetRequest(_ *http.Request, action string, form url.Values) (commandRequest, error) {
	where, err := scopeOf(form)
	if err != nil {
		return commandRequest{}, err
	}
	a, err := where.aim(rd.Fleet.Snapshot())
	if err != nil {
		return commandRequest{}, err
	}
	fields := append(where.fields(), field{"action", action})
	request := commandRequest{
		Command: fleet.Command{Action: cesi.Action(action), Targets: a.targets},
		Post:    fleetCommand, Fields: fields, Silent: a.silent,
		Question: questionPath(fields, form),
	}
	if where.Kind == "" {
		return request, nil
	}
	if form.Has("seal") {
		named := sealed(a.targets, form.Get("seal"))
		request.Later = len(a.targets) - len(named)
		// What has fallen silent since the question fails, and says so.
		request.Targets = append(named, sealed(a.unreached, form.Get("seal"))...)
	}
	if len(request.Targets) == 0 {
		return commandRequest{}, cesi.Errorf(cesi.Conflict, "Nothing that the question named is like that any more, so nothing was done.")
	}
	request.Fields = append(request.Fields, field{"seal", sealOf(request.Targets)})
	return request, nil
}

// maxQuestion is how long the path of a question may be: nginx takes 8 KB unless
// told otherwise.
const maxQuestion = 6 << 10

func questionPath(fields []field, form url.Values) string {
	values := url.Values{"back": {form.Get("back")}}
	if signal := form.Get("signal"); signal != "" {
		values.Set("signal", signal)
	}
	for _, f := range fields {
		values.Add(f.Name, f.Value)
	}
	if path := fleetCommand + "?" + values.Encode(); len(path) <= maxQuestion {
		return path
	}
	return ""
}
