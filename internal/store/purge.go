package store

import (
	"context"
	"time"

	"cesi/internal/cesi"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Purge removes the entries from before a time, and returns how many. The entry about
// the purge is stored first, and the purge continues when ctx ends.
func (j *Journal) Purge(ctx context.Context, actor cesi.Actor, before time.Time) (int, error) {
	ctx, began := context.WithoutCancel(ctx), j.db.now()
	entries := []cesi.Activity{{
		Time: began, User: actor.User, Address: actor.Address, Action: cesi.ActionActivityPurged, Count: 1,
	}}
	j.Begin(ctx, entries)
	n, err := j.db.DeleteActivities(ctx, before)
	entry := entries[0]
	entry.Result, entry.Duration = cesi.OK, j.db.now().Sub(began)
	entry.Message = cesi.T("%s from before %s", Entries(n), before.Format("2006-01-02 15:04:05 MST"))
	if err != nil {
		entry.Result = cesi.Failed
		entry.Message = cesi.T("%s, then it failed", entry.Message)
	}
	j.Complete(ctx, entry)
	return n, err
}

// Entries is the text for a number of entries of the activity log: "1 entry",
// "1,234 entries".
func Entries(n int) cesi.Text {
	if n == 1 {
		return cesi.T("1 entry")
	}
	return cesi.T("%s entries", message.NewPrinter(language.English).Sprint(n))
}
