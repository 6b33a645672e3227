package server

import (
	"net/http"

	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// handlerFunc is a handler that may fail; page and api say how it looks then.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// fail answers with an error, which it logs if it is no one's own mistake.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.logFailure(r, err)
	request.SetRetryAfter(w, err)
	s.writeError(w, r, err)
}

// writeError answers with an error: as JSON under /api/, as a page elsewhere.
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

// logFailure writes down what people are not told, and nothing for what is
// their own mistake.
func (s *Server) logFailure(r *http.Request, err error) {
	status := request.Status(err)
	if (status == http.StatusInternalServerError || status == http.StatusServiceUnavailable) && r.Context().Err() == nil {
		s.opts.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
}
