package server

import (
	"encoding/json"
	"net/http"

	"cesi/internal/cesi"
)

// The API keeps the paths and the JSON of CeSi 2.7.1: an object with a status
// of "success" or "error" beside what was asked for.

// success is what every good answer embeds.
type success struct {
	Status string `json:"status"`
}

func ok() success { return success{Status: "success"} }

type apiMessage struct {
	success
	Message string `json:"message"`
}

type apiError struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func (s *Server) failJSON(w http.ResponseWriter, err error) {
	s.writeJSON(w, statusOf(err), apiError{Status: "error", Message: cesi.Sentence(err)})
}

func (s *Server) writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.opts.Log.Error("an answer could not be encoded", "error", err)
		http.Error(w, `{"status":"error","message":"internal error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone needs no answer
}

func (s *Server) apiVersion(w http.ResponseWriter, _ *http.Request) error {
	s.writeJSON(w, http.StatusOK, struct {
		success
		Version string `json:"version"`
	}{ok(), s.opts.Build.Version})
	return nil
}
