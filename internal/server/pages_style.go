package server

import "net/http"

// stylePage shows every component, for those who work on them.
func (s *Server) stylePage(w http.ResponseWriter, r *http.Request) error {
	return s.pages.render(w, http.StatusOK, "style", newStylePage(s.base(r)))
}
