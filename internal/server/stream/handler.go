// Package stream has the responses that last: live pages, followed logs, and downloads
// of logs.
package stream

import (
	"log/slog"
	"net/http"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/i18n"
	"cesi/internal/live"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// Handler serves streams of live pages and of logs. Its fields must be set before its
// first use.
type Handler struct {
	Fleet    *fleet.Fleet
	Logs     *logtail.Logs
	Log      *slog.Logger
	Now      func() time.Time
	Requests *request.Reader
	Sessions *session.Sessions
	// Version identifies the state of the fleet and of the activity log.
	Version func() string
	// Localizer chooses the language of a response.
	Localizer func(*http.Request) *i18n.Localizer
	// CanonicalPage finds the live page at a local address: the permission that it
	// needs, and its address in one form.
	CanonicalPage func(at string) (permission cesi.Permission, canonical string, err error)
	// Routes renders pages for their streams.
	Routes http.Handler

	hub   *live.Hub[pageKey]
	views openViews
}

// New completes a handler.
func New(h *Handler) *Handler {
	h.hub = live.NewHub(live.Options[pageKey]{Render: h.renderFor, Log: h.Log})
	return h
}
