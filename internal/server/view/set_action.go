package view

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// SetAction is a command on a set of processes.
type SetAction struct {
	Action cesi.Action
	Link   string    // local path of its confirmation; empty while it is impossible
	On     cesi.Text // the name of the set in its label
	Short  cesi.Text // the name of the set in its tooltip
}

// NewSetActions returns the commands for a set of processes. Question returns the local
// path of the confirmation of one.
func NewSetActions(on, short cesi.Text, question func(cesi.Action) string) []SetAction {
	var list []SetAction
	for _, action := range request.SetActions() {
		list = append(list, SetAction{Action: action, Link: question(action), On: on, Short: short})
	}
	return list
}
