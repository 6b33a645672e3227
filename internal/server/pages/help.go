package pages

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/manual"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
)

// ShowManual shows the contents of the manual.
func (h *Handler) ShowManual(w http.ResponseWriter, r *http.Request) error {
	base := h.Base(r)
	return h.Renderer.Render(w, http.StatusOK, "help", newContentsPage(base, h.Manual.Edition(base.Localizer.Tag())))
}

// ShowManualPage shows one page of the manual.
func (h *Handler) ShowManualPage(w http.ResponseWriter, r *http.Request) error {
	base := h.Base(r)
	edition := h.Manual.Edition(base.Localizer.Tag())
	open, at := edition.Find(request.Param(r, "page"))
	if open == nil {
		return cesi.Errorf(cesi.NotFound, "There is nothing at this address.")
	}
	return h.Renderer.Render(w, http.StatusOK, "help", newHelpPage(base, edition, at))
}

// helpPage is one page of the manual, or its contents.
type helpPage struct {
	view.Base
	Contents       manual.Edition
	Open           *manual.Page // nil: the table of contents
	Previous, Next *manual.Page // of the open page
}

func newContentsPage(base view.Base, edition manual.Edition) helpPage {
	return helpPage{Base: base.At("help", base.Say("Manual")), Contents: edition}
}

// newHelpPage shows a page of the manual, by its index in the edition.
func newHelpPage(base view.Base, edition manual.Edition, at int) helpPage {
	page := helpPage{Base: base.At("help", edition[at].Title), Contents: edition, Open: edition[at]}
	if at > 0 {
		page.Previous = edition[at-1]
	}
	if at+1 < len(edition) {
		page.Next = edition[at+1]
	}
	return page
}
