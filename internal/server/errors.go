package server

import (
	"net/http"

	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// handlerFunc is a handler that may fail; pages and api show the error.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// fail replies with an error, and logs it if it is not the client's mistake.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.logFailure(r, err)
	request.SetRetryAfter(w, err)
	s.writeError(w, r, err)
}

// writeError replies with an error: as JSON under /api/, as a page elsewhere.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	if session.IsAPI(r) {
		s.api.Fail(w, err)
		return
	}
	if request.IsPartial(r) {
		s.pages.FailPartial(w, r, err)
		return
	}
	s.pages.FailPage(w, r, err)
}

// logFailure logs errors whose details users do not see. It logs nothing for mistakes
// of the client.
func (s *Server) logFailure(r *http.Request, err error) {
	status := request.Status(err)
	if (status == http.StatusInternalServerError || status == http.StatusServiceUnavailable) && r.Context().Err() == nil {
		s.opts.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
}
