package server

// questionPage asks before something that can't be taken back.
type questionPage struct {
	basePage
	question
}

// question is what is asked, and where the answer goes.
type question struct {
	Question string
	Problem  string // why the last answer was not accepted
	Remarks  []string
	Warning  string
	Post     string // local path of the answer
	Fields   []field
	Typed    *typed
	Verb     string // on the button
	Back     string // local path of Cancel
}

// typed is a name that has to be typed for a yes.
type typed struct {
	Label, Name, Want string
}

func newQuestionPage(base basePage, section string, q question) questionPage {
	return questionPage{basePage: base.at(section, q.Question), question: q}
}
