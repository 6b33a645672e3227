package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"cesi/internal/cesi"
)

// purgePage asks how much of the activity log to remove, and then whether to.
func (s *Server) purgePage(w http.ResponseWriter, r *http.Request) error {
	text := r.URL.Query().Get("before")
	if text == "" {
		return s.pages.render(w, http.StatusOK, "purge", newPurgePage(s.base(r)))
	}
	before, err := s.purgeTime(text)
	if err != nil {
		return err
	}
	n, err := s.opts.Store.CountActivities(r.Context(), before)
	if err != nil {
		return err
	}
	return s.pages.render(w, http.StatusOK, "purge", newPurgePage(s.base(r)).about(before, n))
}

// purgeForm is the yes to purgePage's question.
func (s *Server) purgeForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	before, err := s.purgeTime(r.PostForm.Get("before"))
	if err != nil {
		return err
	}
	if _, err := s.purge(r, before); err != nil {
		return err
	}
	s.redirect(w, r, "/activity?notice=purged")
	return nil
}

func (s *Server) purgeTime(text string) (time.Time, error) {
	before, err := activityTime(text, s.opts.Now().Location(), 0)
	if err == nil && before.IsZero() {
		err = cesi.Errorf(cesi.Invalid, "before is missing: entries from before then are removed")
	}
	return before, err
}

// purge removes what was written before the time, with an entry that says so.
// The entry is stored before anything goes, and the purge does not end with the
// request.
func (s *Server) purge(r *http.Request, before time.Time) (int, error) {
	ctx, actor, began := context.WithoutCancel(r.Context()), s.actor(r), s.opts.Now()
	entries := []cesi.Activity{{
		Time: began, User: actor.User, Address: actor.Address, Action: cesi.ActionActivityPurged, Count: 1,
	}}
	s.opts.Journal.Begin(ctx, entries)
	n, err := s.opts.Store.DeleteActivities(ctx, before)
	entry := entries[0]
	entry.Result, entry.Duration = cesi.OK, s.opts.Now().Sub(began)
	entry.Message = fmt.Sprintf("%s from before %s", entriesOf(n), before.Format("2006-01-02 15:04:05 MST"))
	if err != nil {
		entry.Result = cesi.Failed
		entry.Message = fmt.Sprintf("%s, then it failed", entry.Message)
	}
	s.opts.Journal.Complete(ctx, entry)
	return n, err
}

// entriesOf counts entries in words.
func entriesOf(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%s entries", number(n))
}
