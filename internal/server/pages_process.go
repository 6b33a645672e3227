package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// processPage shows one process.
func (h *pagesHandler) processPage(w http.ResponseWriter, r *http.Request) error {
	n, p, err := h.Requests.findNodesProcess(r)
	if err != nil {
		return err
	}
	return h.Renderer.render(w, http.StatusOK, "process", newProcessPage(h.base(r), n, p))
}

// findNodesProcess returns the node and the process that the path names, as they
// are known, however old that is.
func (rd *requestReader) findNodesProcess(r *http.Request) (*fleet.Node, fleet.Process, error) {
	n, err := rd.findNode(r)
	if err != nil {
		return nil, fleet.Process{}, err
	}
	p, err := findProcess(n, r)
	if cesi.KindOf(err) == cesi.NotFound && n.LastContact.IsZero() && n.Unanswered() != nil {
		err = n.Unanswered() // it has perhaps such a process
	}
	return n, p, err
}
