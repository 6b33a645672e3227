package server

import (
	"net/http"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/store"
)

// activityEntries is how many entries a page of the activity log has.
const activityEntries = 50

func (h *pagesHandler) activityPage(w http.ResponseWriter, r *http.Request) error {
	query, err := h.Requests.ReadActivityQuery(r, session.Of(r).User.Role)
	if err != nil {
		return err
	}
	query.Limit = activityEntries + 1
	lines, err := h.Store.ActivityLines(r.Context(), query.ActivityFilter, targetsShown)
	if err != nil {
		return err
	}
	more := len(lines) > activityEntries
	base := h.base(r)
	if r.URL.Query().Get("notice") == "purged" {
		base.Notice = base.Say("The entries are removed. The log says so, and how many they were.")
	}
	page := newActivityPage(base, query, lines[:min(len(lines), activityEntries)], more)
	for _, n := range h.Fleet.Snapshot().Nodes {
		page.Nodes = append(page.Nodes, n.Name)
	}
	return h.Renderer.Render(w, http.StatusOK, "activity", page)
}

func (h *pagesHandler) activityEntryPage(w http.ResponseWriter, r *http.Request) error {
	id, err := request.ActivityID(request.Param(r, "id"))
	if err != nil {
		return err
	}
	entry, targets, err := h.Store.Activity(r.Context(), id)
	if err != nil {
		return err
	}
	all := visibleTo(session.Of(r).User, slices.Insert(targets, 0, entry))
	return h.Renderer.Render(w, http.StatusOK, "activity_entry", newActivityEntryPage(h.base(r), all[0], all[1:]))
}

// visibleTo takes out what only administrators may see.
func visibleTo(user *cesi.User, entries []cesi.Activity) []cesi.Activity {
	if user.Role.Can(cesi.ManageUsers) {
		return entries
	}
	for i := range entries {
		entries[i] = entries[i].Public()
	}
	return entries
}

// latestActivity is what the dashboard shows of the log.
func (h *pagesHandler) latestActivity(r *http.Request) ([]store.ActivityLine, error) {
	filter := store.ActivityFilter{Limit: dashboardEntries, Public: !session.Of(r).User.Role.Can(cesi.ManageUsers)}
	entries, err := h.Store.Activities(r.Context(), filter)
	lines := make([]store.ActivityLine, len(entries))
	for i, entry := range entries {
		lines[i].Entry = entry
	}
	return lines, err
}
