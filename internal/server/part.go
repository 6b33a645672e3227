package server

import (
	"net/http"
	"net/url"

	"cesi/internal/cesi"
)

// isPart reports whether a page's script asks, which puts the answer into the
// page that is there, instead of a browser that shows the answer as a page.
func isPart(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// failPart tells a page that is there of an error.
func (s *Server) failPart(w http.ResponseWriter, r *http.Request, err error) {
	f := &flash{Kind: "bad", Sentence: cesi.Sentence(err)}
	if err := s.pages.renderPart(w, statusOf(err), s.speaker(r), "toast", f); err != nil {
		s.opts.Log.Error("a message failed", "error", err)
	}
}

// askInPage leads a page that is there to the question before a command.
func (s *Server) askInPage(w http.ResponseWriter, r *http.Request, request commandRequest) error {
	query := url.Values{"action": {string(request.Action)}, "back": {request.Back}}
	for _, f := range request.Fields {
		query.Add(f.Name, f.Value)
	}
	path := fleetCommand
	if node := param(r, "node"); node != "" {
		path = localURL("nodes", node, "confirm")
	}
	w.Header().Set("HX-Redirect", s.opts.Prefix+path+"?"+query.Encode())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
