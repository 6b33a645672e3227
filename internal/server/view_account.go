package server

import (
	"cesi/internal/cesi"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// loginPage asks who is there.
type loginPage struct {
	view.Base
	Username string // as typed before
	Next     string // local path to go on to
	Problem  string // why the last try failed
}

func newLoginPage(base view.Base, username, next, problem string) loginPage {
	return loginPage{Base: base.At("", base.Say("Log in")), Username: username, Next: next, Problem: problem}
}

// profilePage is the user's own account.
type profilePage struct {
	view.Base
	profileFacts
	Role      string
	Allowed   []allowance
	Sessions  []sessionRow
	Tokens    []tokenRow
	Lifetimes []lifetime
}

// profileFacts are what a profile shows of the moment.
type profileFacts struct {
	Problem      string // why the password was not changed
	Next         string // local path to go on to, after a change that had to be
	Preferences  preferences
	TokenProblem string // why no token was made
	TokenName    string // as typed before
	Secret       *secret
}

// allowance is one thing that the role allows, or does not.
type allowance struct {
	What words.Phrase
	Yes  bool
}

// lifetime is how long a new API token may last.
type lifetime struct {
	Value string
	Label words.Phrase
}

// lifetimes are the choices for a new token, in days; 0 is for ever.
func lifetimes() []lifetime {
	return []lifetime{
		{"30", words.Of("%d days", 30)}, {"90", words.Of("%d days", 90)}, {"365", words.Of("a year")}, {"0", words.Of("for ever")},
	}
}

// preferences are the choices of how somebody sees the pages.
type preferences struct {
	Languages, Schemes []choice
}

func newPreferences(book *words.Book) preferences {
	p := preferences{
		Languages: []choice{{"", words.Of("As the browser asks")}},
		Schemes:   []choice{{"", words.Of("As the system has it")}, {"light", words.Of("Light")}, {"dark", words.Of("Dark")}},
	}
	for _, s := range book.Speakers() {
		p.Languages = append(p.Languages, choice{s.Tag(), words.Verbatim(s.Name())})
	}
	return p
}

// newProfilePage shows the account of base.User, who must be set. Current is the
// token of the session that looks.
func newProfilePage(base view.Base, facts profileFacts, sessions []cesi.Session, current string, tokens []cesi.Token) profilePage {
	page := profilePage{
		Base: base.At("profile", base.Say("Profile")), profileFacts: facts, Role: base.User.Role.String(),
		Sessions: newSessionRows(base.Now, sessions, current), Tokens: newTokenRows(base.Now, tokens), Lifetimes: lifetimes(),
	}
	for _, a := range []struct {
		permission cesi.Permission
		what       words.Phrase
	}{
		{cesi.ViewFleet, words.Of("see the state of all nodes and processes, and the activity log")},
		{cesi.ReadLogs, words.Of("read the logs of processes")},
		{cesi.ControlProcesses, words.Of("start, stop and restart processes")},
		{cesi.ControlDaemon, words.Of("steer the supervisords themselves")},
		{cesi.ManageUsers, words.Of("manage users")},
	} {
		page.Allowed = append(page.Allowed, allowance{What: a.what, Yes: base.User.Role.Can(a.permission)})
	}
	return page
}
