package server

import "net/http"

// processesPage lists the processes of the fleet that the query takes.
func (s *Server) processesPage(w http.ResponseWriter, r *http.Request) error {
	q, err := processesQueryOf(r.URL.Query())
	if err != nil {
		return err
	}
	page := newProcessesPage(s.base(r), s.opts.Fleet.Snapshot(), q, s.configFile(r))
	return s.pages.render(w, http.StatusOK, "processes", page)
}
