package view

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// SetAction is a command on a set of processes.
type SetAction struct {
	Action cesi.Action
	Link   string    // local path of the question before it; empty while it can't be done
	On     cesi.Text // what its label calls the set
	Short  cesi.Text // what its tooltip calls the set
}

// NewSetActions returns the commands that a set of processes takes. Question returns the
// local path of the question before one.
func NewSetActions(on, short cesi.Text, question func(cesi.Action) string) []SetAction {
	var list []SetAction
	for _, action := range request.SetActions() {
		list = append(list, SetAction{Action: action, Link: question(action), On: on, Short: short})
	}
	return list
}
