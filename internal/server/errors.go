package server

import (
	"errors"
	"net/http"
	"strings"

	"cesi/internal/cesi"
)

// statusOf is the one table from a kind of failure to an HTTP status.
func statusOf(err error) int {
	switch cesi.KindOf(err) {
	case cesi.NotFound:
		return http.StatusNotFound
	case cesi.Invalid:
		return http.StatusBadRequest
	case cesi.Unauthorized:
		return http.StatusUnauthorized
	case cesi.Forbidden:
		return http.StatusForbidden
	case cesi.Conflict, cesi.Busy:
		return http.StatusConflict
	case cesi.Throttled, cesi.TooOften, cesi.TooManyOpen:
		return http.StatusTooManyRequests
	case cesi.Unreachable:
		return http.StatusBadGateway
	case cesi.Timeout:
		return http.StatusGatewayTimeout
	case cesi.Fault:
		return http.StatusUnprocessableEntity
	case cesi.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// handlerFunc is a handler that may fail; page and api say how it looks then.
type handlerFunc func(w http.ResponseWriter, r *http.Request) error

// fail answers with an error, which it logs if it is no one's own mistake.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	s.logFailure(r, err)
	setRetryAfter(w, err)
	s.tell(w, r, err)
}

// tell answers with an error: as JSON under /api/, as a page elsewhere.
func (s *Server) tell(w http.ResponseWriter, r *http.Request, err error) {
	if isAPI(r) {
		s.api.failJSON(w, err)
		return
	}
	if isPart(r) {
		s.pages.failPart(w, r, err)
		return
	}
	s.pages.failPage(w, r, err)
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path+"/", "/api/") }

// logFailure writes down what people are not told, and nothing for what is
// their own mistake.
func (s *Server) logFailure(r *http.Request, err error) {
	status := statusOf(err)
	if (status == http.StatusInternalServerError || status == http.StatusServiceUnavailable) && r.Context().Err() == nil {
		s.opts.Log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
}

// tooLarge turns the error of a body over its limit into one that says so.
func tooLarge(err error) error {
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		return cesi.Errorf(cesi.Invalid, "the request is larger than %d bytes", limit.Limit)
	}
	return cesi.Wrap(cesi.Invalid, err, "the request could not be read")
}
