package server

import (
	"encoding/json"
	"errors"
	"io"
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

// readJSON decodes the request's body into value. An empty body leaves value as
// it is where optional.
func readJSON(r *http.Request, value any, optional bool) error {
	return decodeJSON(json.NewDecoder(r.Body), value, optional)
}

// readStrictJSON is readJSON for a body in which a misspelt name must not pass
// for one that was left out.
func readStrictJSON(r *http.Request, value any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	return decodeJSON(decoder, value, false)
}

func decodeJSON(decoder *json.Decoder, value any, optional bool) error {
	err := decoder.Decode(value)
	var (
		limit *http.MaxBytesError
		known *cesi.Error // a value of ours that says itself what is wrong with it
	)
	switch {
	case err == nil:
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return cesi.Errorf(cesi.Invalid, "the request's body has more than one JSON value")
		}
		return nil
	case errors.Is(err, io.EOF) && optional:
		return nil
	case errors.As(err, &limit):
		return tooLarge(err)
	case errors.As(err, &known):
		return known
	default:
		return cesi.Wrap(cesi.Invalid, err, "the request's body is not the JSON that belongs here")
	}
}

func (s *Server) apiVersion(w http.ResponseWriter, _ *http.Request) error {
	s.writeJSON(w, http.StatusOK, struct {
		success
		Version string `json:"version"`
	}{ok(), s.opts.Build.Version})
	return nil
}
