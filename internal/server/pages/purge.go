package pages

import (
	"net/http"
	"net/url"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// ConfirmPurge asks until when to remove entries, and then for the confirmation.
func (h *Handler) ConfirmPurge(w http.ResponseWriter, r *http.Request) error {
	text := r.URL.Query().Get("before")
	if text == "" {
		return h.Renderer.Render(w, http.StatusOK, "purge", newPurgePage(h.Base(r)))
	}
	before, err := h.Requests.PurgeTime(text)
	if err != nil {
		return err
	}
	n, err := h.Store.CountActivities(r.Context(), before)
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "purge", newPurgePage(h.Base(r)).about(before, n))
}

// Purge removes the entries after the confirmation.
func (h *Handler) Purge(w http.ResponseWriter, r *http.Request) error {
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

// purgePage asks until when to remove entries, and then for the confirmation.
type purgePage struct {
	view.Base
	Question string    // empty: the time is asked for first
	Before   time.Time // entries from before then are removed
	Count    int
	Offer    string // the suggested date
}

func newPurgePage(base view.Base) purgePage {
	return purgePage{Base: base.At("activity", base.Say("Purge the activity log")), Offer: base.Now.AddDate(-1, 0, 0).Format(time.DateOnly)}
}

// about turns the page into the confirmation for that many entries.
func (p purgePage) about(before time.Time, n int) purgePage {
	p.Before, p.Count = before.In(p.Now.Location()), n
	p.Question = p.Say("Remove %d entries?", n)
	if n == 0 {
		p.Question = p.Say("There is nothing to remove")
	}
	p.Title = p.Question
	return p
}

// Day is the time before which entries are removed, as text.
func (p purgePage) Day() cesi.Text { return cesi.At("2 January 2006, 15:04 MST", p.Before) }

// Export returns the local path of the file with the entries to remove.
func (p purgePage) Export(format string) string {
	return request.ExportPath + "?" + url.Values{"format": {format}, "until": {p.Before.Format(time.RFC3339)}}.Encode()
}
