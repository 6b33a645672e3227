package api

import (
	"net/http"
	"strconv"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/store"
)

// entryJSON is an activity entry with all its fields.
type entryJSON struct {
	ID         cesi.ActivityID `json:"id"`
	Parent     cesi.ActivityID `json:"parent,omitempty"`
	Time       time.Time       `json:"time"`
	User       string          `json:"user"`
	Address    string          `json:"address"`
	Action     cesi.Action     `json:"action"`
	Node       string          `json:"node"`
	Target     string          `json:"target"`
	Detail     string          `json:"detail,omitempty"`
	Result     cesi.Result     `json:"result"`
	DurationMS int64           `json:"duration_ms"`
	Message    string          `json:"message"`
	Count      int             `json:"count"`
}

// ListActivity returns the newest entries that the filter selects, as CeSi's text lines
// or as objects.
func (h *Handler) ListActivity(w http.ResponseWriter, r *http.Request) error {
	query, err := h.Requests.ReadActivityQuery(r, session.Of(r).User.Role)
	if err != nil {
		return err
	}
	query.Targets = true
	if query.Limit, err = activityLimit(request.Param(r, "limit")); err != nil {
		return err
	}
	entries, err := h.Store.Activities(r.Context(), query.ActivityFilter)
	if err != nil {
		return err
	}
	next, err := h.nextActivity(r, query.ActivityFilter, entries)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("format") == "json" {
		h.WriteJSON(w, http.StatusOK, struct {
			success
			Logs []entryJSON     `json:"logs"`
			Next cesi.ActivityID `json:"next,omitempty"`
		}{ok(), newEntriesJSON(entries), next})
		return nil
	}
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = store.Line(e)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Logs []string        `json:"logs"`
		Next cesi.ActivityID `json:"next,omitempty"`
	}{ok(), lines, next})
	return nil
}

func activityLimit(text string) (int, error) {
	if text == "" {
		return store.MaxActivities, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > store.MaxActivities {
		return 0, cesi.Errorf(cesi.Invalid, "the limit is a number from 1 to %d", store.MaxActivities)
	}
	return limit, nil
}

// nextActivity returns the key of the next page; 0 if there is none.
func (h *Handler) nextActivity(r *http.Request, filter store.ActivityFilter, entries []cesi.Activity) (cesi.ActivityID, error) {
	if len(entries) < filter.Limit {
		return 0, nil
	}
	last := entries[len(entries)-1].ID
	filter.Before, filter.Limit = last, 1
	older, err := h.Store.Activities(r.Context(), filter)
	if err != nil || len(older) == 0 {
		return 0, err
	}
	return last, nil
}

func newEntriesJSON(entries []cesi.Activity) []entryJSON {
	list := make([]entryJSON, len(entries))
	for i, e := range entries {
		list[i] = newEntryJSON(e)
	}
	return list
}

func newEntryJSON(e cesi.Activity) entryJSON {
	return entryJSON{
		ID: e.ID, Parent: e.Parent, Time: e.Time, User: e.User, Address: e.Address, Action: e.Action,
		Node: e.Node, Target: e.Target, Detail: e.Detail, Result: e.Result, DurationMS: e.Duration.Milliseconds(),
		Message: e.Message.String(), Count: e.Count,
	}
}

// PurgeActivity removes the entries from before a time, or all, except the entry about
// the purge.
func (h *Handler) PurgeActivity(w http.ResponseWriter, r *http.Request) error {
	before := h.Now()
	if r.URL.Query().Has("before") {
		var err error
		if before, err = h.Requests.PurgeTime(r.URL.Query().Get("before")); err != nil {
			return err
		}
	}
	n, err := h.Journal.Purge(r.Context(), session.ActorOf(r), before)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		messageJSON
		Removed int `json:"removed"`
	}{messageJSON{ok(), store.Entries(n).String() + " removed"}, n})
	return nil
}
