// Package api has the handlers under /api/v2, their JSON, and openapi.json, which
// describes them. All its texts are English.
package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/store"
)

// The API keeps the paths and the JSON of CeSi 2.7.1: an object with a status of
// "success" or "error", and the data.

// Handler serves the API. Its fields must be set before its first use.
type Handler struct {
	Fleet    *fleet.Fleet
	Auth     *auth.Service
	Store    *store.DB
	Journal  *store.Journal
	Logs     *logtail.Logs
	Log      *slog.Logger
	Now      func() time.Time
	Requests *request.Reader
	Sessions *session.Sessions
	Version  string // of this program
}

// success is embedded in every reply without error.
type success struct {
	Status string `json:"status"`
}

func ok() success { return success{Status: "success"} }

type messageJSON struct {
	success
	Message string `json:"message"`
}

// ErrorJSON is the reply to a failed request.
type ErrorJSON struct {
	Status  string `json:"status"`
	Kind    string `json:"kind"` // the name of a cesi.Kind
	Message string `json:"message"`
}

// Fail replies with an error.
func (h *Handler) Fail(w http.ResponseWriter, err error) {
	h.WriteJSON(w, request.Status(err), ErrorJSON{Status: "error", Kind: cesi.KindOf(err).String(), Message: cesi.TextOf(err).String()})
}

// WriteJSON replies with a value as JSON.
func (h *Handler) WriteJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		h.Log.Error("an answer could not be encoded", "error", err)
		http.Error(w, `{"status":"error","message":"internal error"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// ShowVersion returns the version of this program.
func (h *Handler) ShowVersion(w http.ResponseWriter, _ *http.Request) error {
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Version string `json:"version"`
	}{ok(), h.Version})
	return nil
}
