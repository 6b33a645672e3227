package server

// questionPage asks before something that can't be taken back.
type questionPage struct {
	basePage
	question
}

// question is what is asked, and where the answer goes.
type question struct {
	Question string
	Remarks  []string
	Post     string // local path of the answer
	Verb     string // on the button
	Back     string // local path of Cancel
}

func newQuestionPage(base basePage, section string, q question) questionPage {
	return questionPage{basePage: base.at(section, q.Question), question: q}
}
