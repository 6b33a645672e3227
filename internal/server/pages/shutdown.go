package pages

import (
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// restartSeconds is the time until the browser comes back after a restart of this
// program. The restart takes some tenths of a second.
const restartSeconds = 2

// reloadSeconds is the time until the browser comes back after a reload of the
// supervisord that runs this program.
const reloadSeconds = 8

// shutdownPage is the last page before a command ends this program.
type shutdownPage struct {
	view.Base
	Heading  string
	Sentence cesi.Text
	Back     string // local path to come back to
	Seconds  int    // until the browser goes there by itself; 0: never
}

// newShutdownPage says that a command has just ended this program.
func newShutdownPage(base view.Base, command request.Command) shutdownPage {
	page := shutdownPage{
		Heading:  base.Say("CeSI restarts"),
		Sentence: cesi.T("This page comes back in a moment. All users stay logged in."),
		Back:     command.Back, Seconds: restartSeconds,
	}
	switch command.Action {
	case cesi.ActionReload:
		page.Heading, page.Seconds = base.Say("supervisord reloads, and CeSI with it"), reloadSeconds
		page.Sentence = cesi.T("It comes back in a few seconds, and this page then shows the result. If your browser can't connect, reload the page.")
	case cesi.ActionShutdown:
		page.Heading, page.Seconds = base.Say("supervisord is shut down, and CeSI with it"), 0
		page.Sentence = cesi.T("Start that supervisord on its host. Then this page works again.")
	case cesi.ActionSignal:
		page.Heading = base.Say("CeSI got the signal")
		page.Sentence = cesi.T("If the signal ended it, its supervisord starts it again, if its program has autorestart.")
	case cesi.ActionStop:
		page.Heading, page.Seconds = base.Say("CeSI is stopped"), 0
		page.Sentence = cesi.T("It can't start itself again: use supervisorctl start on its node. Then this page works again.")
	}
	page.Base = base.At("", page.Heading)
	return page
}
