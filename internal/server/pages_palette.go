package server

import "net/http"

// palette answers what was typed into the palette of a page, which is at the
// path "at" and puts the answer into its list.
func (s *Server) palette(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	search := paletteSearch{base: s.base(r), snapshot: s.opts.Fleet.Snapshot(), back: s.localPath(query.Get("at"))}
	found := paletteResults{Items: search.find(query.Get("q"))}
	return s.pages.renderPart(w, http.StatusOK, s.speaker(r), "palette_results", found)
}
