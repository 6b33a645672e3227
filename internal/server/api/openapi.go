package api

import (
	"bytes"
	_ "embed"
	"net/http"

	"cesi/internal/server/session"
)

// openAPI describes everything under /api/v2. It is written by hand; tests compare it
// with the routes, the table of roles and real replies.
//
//go:embed openapi.json
var openAPI []byte

// cookiePlaceholder is the name of the session's cookie in openapi.json.
const cookiePlaceholder = `"name": "cesi_session_ID"`

// ShowDocument returns openapi.json, with the actual name of the session cookie.
func (h *Handler) ShowDocument(w http.ResponseWriter, r *http.Request) error {
	name := `"name": "` + h.Sessions.SessionCookie(session.Of(r).HTTPS) + `"`
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(bytes.Replace(openAPI, []byte(cookiePlaceholder), []byte(name), 1)) // the client may be gone
	return nil
}
