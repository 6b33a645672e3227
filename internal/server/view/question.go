package view

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// questionPage asks before something that can't be taken back.
type questionPage struct {
	Base
	Confirmation
}

// Confirmation is what is asked, and where the answer goes.
type Confirmation struct {
	Question cesi.Text
	Problem  cesi.Text // why the last answer was not accepted
	Remarks  []cesi.Text
	Warning  cesi.Text
	Post     string // local path of the answer
	Fields   []request.Field
	Typed    *TypedConfirmation
	Verb     cesi.Text // on the button
	Back     string    // local path of Cancel
}

// TypedConfirmation is a name that has to be typed for a yes.
type TypedConfirmation struct {
	Label      cesi.Text
	Name, Want string
}

// NewQuestionPage asks before something is done.
func NewQuestionPage(base Base, section string, q Confirmation) questionPage {
	return questionPage{Base: base.At(section, base.Speaker.Localize(q.Question)), Confirmation: q}
}
