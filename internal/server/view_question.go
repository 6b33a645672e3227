package server

import (
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// questionPage asks before something that can't be taken back.
type questionPage struct {
	basePage
	question
}

// question is what is asked, and where the answer goes.
type question struct {
	Question words.Phrase
	Problem  words.Phrase // why the last answer was not accepted
	Remarks  []words.Phrase
	Warning  words.Phrase
	Post     string // local path of the answer
	Fields   []request.Field
	Typed    *typed
	Verb     words.Phrase // on the button
	Back     string       // local path of Cancel
}

// typed is a name that has to be typed for a yes.
type typed struct {
	Label      words.Phrase
	Name, Want string
}

func newQuestionPage(base basePage, section string, q question) questionPage {
	return questionPage{basePage: base.at(section, base.Speaker.Tell(q.Question)), question: q}
}
