package view

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
)

// questionPage asks for a confirmation before an action that can't be undone.
type questionPage struct {
	Base
	Confirmation
}

// Confirmation is a question, and where its answer is sent.
type Confirmation struct {
	Question cesi.Text
	Problem  cesi.Text // why the last answer was not accepted
	Remarks  []cesi.Text
	Warning  cesi.Text
	Post     string // local path for the answer
	Fields   []request.Field
	Typed    *TypedConfirmation
	Verb     cesi.Text // on the button
	Back     string    // local path of Cancel
}

// TypedConfirmation is a name that must be typed to confirm.
type TypedConfirmation struct {
	Label      cesi.Text
	Name, Want string
}

// NewQuestionPage asks for a confirmation.
func NewQuestionPage(base Base, section string, q Confirmation) questionPage {
	return questionPage{Base: base.At(section, base.Localizer.Localize(q.Question)), Confirmation: q}
}
