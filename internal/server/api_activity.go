package server

import (
	"net/http"
	"strconv"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// apiEntry is an activity entry with all its fields, for ?format=json.
type apiEntry struct {
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

// apiActivity gives the newest entries, as CeSi's text lines or as objects.
func (s *Server) apiActivity(w http.ResponseWriter, r *http.Request) error {
	filter := store.ActivityFilter{Targets: true}
	if text := param(r, "limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > store.MaxActivities {
			return cesi.Errorf(cesi.Invalid, "the limit is a number from 1 to %d", store.MaxActivities)
		}
		filter.Limit = limit
	}
	entries, err := s.opts.Store.Activities(r.Context(), filter)
	if err != nil {
		return err
	}
	entries = visibleTo(visitorOf(r).user, entries)
	if r.URL.Query().Get("format") == "json" {
		s.writeJSON(w, http.StatusOK, struct {
			success
			Logs []apiEntry `json:"logs"`
		}{ok(), newAPIEntries(entries)})
		return nil
	}
	lines := make([]string, len(entries))
	for i, e := range entries {
		lines[i] = store.Line(e)
	}
	s.writeJSON(w, http.StatusOK, struct {
		success
		Logs []string `json:"logs"`
	}{ok(), lines})
	return nil
}

func newAPIEntries(entries []cesi.Activity) []apiEntry {
	list := make([]apiEntry, len(entries))
	for i, e := range entries {
		list[i] = apiEntry{
			ID: e.ID, Parent: e.Parent, Time: e.Time, User: e.User, Address: e.Address, Action: e.Action,
			Node: e.Node, Target: e.Target, Detail: e.Detail, Result: e.Result, DurationMS: e.Duration.Milliseconds(),
			Message: e.Message, Count: e.Count,
		}
	}
	return list
}

// visibleTo takes out what only administrators may see: the names that were
// tried in failed logins, which may well be passwords typed into the wrong field,
// and what was sent to a standard input.
func visibleTo(user *cesi.User, entries []cesi.Activity) []cesi.Activity {
	if user.Role.Can(cesi.ManageUsers) {
		return entries
	}
	for i := range entries {
		switch entries[i].Action {
		case cesi.ActionLoginFailed:
			entries[i].User, entries[i].Target = "", ""
		case cesi.ActionStdin:
			entries[i].Detail = ""
		}
	}
	return entries
}

// apiPurge empties the activity log. What is left is the entry that says so.
func (s *Server) apiPurge(w http.ResponseWriter, r *http.Request) error {
	began := s.opts.Now()
	n, err := s.opts.Store.DeleteActivities(r.Context(), began)
	if err != nil {
		return err
	}
	actor := s.actor(r)
	s.opts.Journal.Add(r.Context(), cesi.Activity{
		Time: began, User: actor.User, Address: actor.Address, Action: cesi.ActionActivityPurged,
		Result: cesi.OK, Duration: s.opts.Now().Sub(began), Message: strconv.Itoa(n) + " entries", Count: 1,
	})
	s.writeJSON(w, http.StatusOK, apiMessage{ok(), strconv.Itoa(n) + " entries are gone"})
	return nil
}
