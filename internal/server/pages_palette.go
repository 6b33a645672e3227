package server

import (
	"net/http"
)

// palette answers what was typed into the palette of a page, which is at the
// path "at" and puts the answer into its list.
func (h *pagesHandler) palette(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	search := paletteSearch{base: h.base(r), snapshot: h.Fleet.Snapshot(), back: h.Requests.LocalPath(query.Get("at"))}
	found := paletteResults{Items: search.find(query.Get("q"))}
	return h.Renderer.RenderPartial(w, http.StatusOK, h.speaker(r), "palette_results", found)
}
