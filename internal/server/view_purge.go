package server

import (
	"net/url"
	"time"

	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// purgePage asks until when to empty the activity log, and then whether to.
type purgePage struct {
	view.Base
	Question string    // empty: the time is asked for first
	Before   time.Time // what was written before then is to go
	Count    int
	Offer    string // the date that is offered
}

func newPurgePage(base view.Base) purgePage {
	return purgePage{Base: base.At("activity", base.Say("Purge the activity log")), Offer: base.Now.AddDate(-1, 0, 0).Format(time.DateOnly)}
}

// about turns the page into the question whether to remove so many entries.
func (p purgePage) about(before time.Time, n int) purgePage {
	p.Before, p.Count = before.In(p.Now.Location()), n
	p.Question = p.Say("Remove %d entries?", n)
	if n == 0 {
		p.Question = p.Say("There is nothing to remove")
	}
	p.Title = p.Question
	return p
}

// Day is the time before which what was written is to go, in words.
func (p purgePage) Day() words.Phrase { return words.At("2 January 2006, 15:04 MST", p.Before) }

// Export is the local path of the file with what is to go.
func (p purgePage) Export(format string) string {
	return request.ExportPath + "?" + url.Values{"format": {format}, "until": {p.Before.Format(time.RFC3339)}}.Encode()
}
