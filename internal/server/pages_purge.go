package server

import (
	"net/http"

	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// purgePage asks how much of the activity log to remove, and then whether to.
func (h *pagesHandler) purgePage(w http.ResponseWriter, r *http.Request) error {
	text := r.URL.Query().Get("before")
	if text == "" {
		return h.Renderer.Render(w, http.StatusOK, "purge", newPurgePage(h.base(r)))
	}
	before, err := h.Requests.PurgeTime(text)
	if err != nil {
		return err
	}
	n, err := h.Store.CountActivities(r.Context(), before)
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "purge", newPurgePage(h.base(r)).about(before, n))
}

// purgeForm is the yes to purgePage's question.
func (h *pagesHandler) purgeForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	before, err := h.Requests.PurgeTime(r.PostForm.Get("before"))
	if err != nil {
		return err
	}
	if _, err := h.Journal.Purge(r.Context(), session.ActorOf(r), before); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/activity?notice=purged")
	return nil
}
