package request

import (
	"net/url"

	"cesi/internal/cesi"
)

// NodeQuestion returns the local path of the confirmation of a command on a node: on
// all its processes, or on those named by the fields.
func NodeQuestion(node string, action cesi.Action, back string, fields ...Field) string {
	return questionURL(LocalURL("nodes", node, "confirm"), action, back, fields)
}

// QuestionPath returns the local path of the confirmation of a command on the scope.
func (s Scope) QuestionPath(action cesi.Action, back string) string {
	return questionURL(FleetCommand, action, back, s.fields())
}

// SupervisordQuestion returns the local path of the confirmation of a command on a
// node's supervisord, or on one of its groups.
func SupervisordQuestion(node string, action cesi.Action, group string) string {
	values := url.Values{"action": {string(action)}}
	if group != "" {
		values.Set("group", group)
	}
	return PathWith(values, "nodes", node, "daemon", "confirm")
}

func questionURL(path string, action cesi.Action, back string, fields []Field) string {
	values := url.Values{"action": {string(action)}, "back": {back}}
	for _, f := range fields {
		values.Add(f.Name, f.Value)
	}
	return path + "?" + values.Encode()
}
