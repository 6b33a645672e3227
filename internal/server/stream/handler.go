// Package stream has the responses that last: live pages, followed logs, and downloads
// of logs.
package stream

import (
	"context"
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
	// DrawPage renders a page for all users with a role and a language, and returns the
	// processes that it watches. The address is canonical.
	DrawPage func(ctx context.Context, at string, role cesi.Role, language string) (html []byte, watches []fleet.Ref, err error)

	hub   *live.Hub[pageKey, fleet.Ref]
	views openViews
}

// New completes a handler.
func New(h *Handler) *Handler {
	h.hub = live.NewHub(live.Options[pageKey, fleet.Ref]{Render: h.render, Log: h.Log})
	return h
}
