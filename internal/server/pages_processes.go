package server

import (
	"net/http"

	"cesi/internal/server/request"
)

// processesPage lists the processes of the fleet that the query takes.
func (h *pagesHandler) processesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := request.ParseProcessesQuery(r.URL.Query())
	if err != nil {
		return err
	}
	page := newProcessesPage(h.base(r), h.Fleet.Snapshot(), q, h.configFile(r))
	return h.Renderer.Render(w, http.StatusOK, "processes", page)
}
