package server

import (
	"net/http"
)

// stylePage shows every component, for those who work on them.
func (h *pagesHandler) stylePage(w http.ResponseWriter, r *http.Request) error {
	return h.Renderer.Render(w, http.StatusOK, "style", newStylePage(h.base(r)))
}
