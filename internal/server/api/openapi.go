package api

import (
	"bytes"
	_ "embed"
	"net/http"

	"cesi/internal/server/session"
)

// openAPI describes everything under /api/v2. It is written by hand; tests hold
// it against the routes, the table of roles and real answers.
//
//go:embed openapi.json
var openAPI []byte

// cookiePlaceholder stands in openapi.json for the name of the session's cookie.
const cookiePlaceholder = `"name": "cesi_session_ID"`

// ShowDocument gives openapi.json, with the name that the session cookie has here.
func (h *Handler) ShowDocument(w http.ResponseWriter, r *http.Request) error {
	name := `"name": "` + h.Sessions.SessionCookie(session.Of(r).HTTPS) + `"`
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(bytes.Replace(openAPI, []byte(cookiePlaceholder), []byte(name), 1)) // a client that has gone needs no answer
	return nil
}
