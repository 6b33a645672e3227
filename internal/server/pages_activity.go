package server

import (
	"net/http"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// activityEntries is how many entries a page of the activity log has.
const activityEntries = 50

func (s *Server) activityPage(w http.ResponseWriter, r *http.Request) error {
	before, err := activityID(r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	entries, err := s.opts.Store.Activities(r.Context(), store.ActivityFilter{Before: before, Limit: activityEntries + 1})
	if err != nil {
		return err
	}
	more := len(entries) > activityEntries
	items := itemsOf(visibleTo(visitorOf(r).user, entries[:min(len(entries), activityEntries)]))
	for i, item := range items {
		if item.Entry.Many() {
			if _, items[i].Children, err = s.opts.Store.Activity(r.Context(), item.Entry.ID); err != nil {
				return err
			}
		}
	}
	return s.pages.render(w, http.StatusOK, "activity", newActivityPage(s.base(r), items, before, more))
}

func (s *Server) activityEntryPage(w http.ResponseWriter, r *http.Request) error {
	id, err := activityID(param(r, "id"))
	if err != nil {
		return err
	}
	entry, children, err := s.opts.Store.Activity(r.Context(), id)
	if err != nil {
		return err
	}
	entry = visibleTo(visitorOf(r).user, []cesi.Activity{entry})[0]
	return s.pages.render(w, http.StatusOK, "activity_entry", newActivityEntryPage(s.base(r), entry, children))
}

// activityID reads the number of an entry; an empty text is 0.
func activityID(text string) (cesi.ActivityID, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0, cesi.Errorf(cesi.NotFound, "there is no activity entry %q", text)
	}
	return cesi.ActivityID(id), nil
}

func itemsOf(entries []cesi.Activity) []activityItem {
	items := make([]activityItem, len(entries))
	for i, e := range entries {
		items[i].Entry = e
	}
	return items
}
