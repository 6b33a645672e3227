package server

import (
	"net/http"
)

// processPage shows one process.
func (h *pagesHandler) processPage(w http.ResponseWriter, r *http.Request) error {
	n, p, err := h.Requests.FindNodesProcess(r)
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, http.StatusOK, "process", newProcessPage(h.base(r), n, p))
}
