// Package pages has a file for each page: its handler, its page struct, and the
// function that fills it from the fleet's snapshot. Parts of several pages are in view;
// requests are read in request.
package pages

import (
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"cesi/internal/auth"
	"cesi/internal/fleet"
	"cesi/internal/logtail"
	"cesi/internal/manual"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/store"
)

// Handler serves pages. Its fields must be set before its first use.
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
	Renderer *view.Renderer
	Manual   *manual.Manual
	// Version identifies the state of the fleet and of the activity log.
	Version func() string
	// OwnQuery returns the query parameters that the request's page reads.
	OwnQuery func(*http.Request) url.Values
	Build    Build
	// Prefix is the path under which the server is reached; empty for none.
	Prefix     string
	ConfigFile string // the configuration's path
	Database   string // the database's path
	Started    time.Time
	Polls      session.Rates // requested by users

	settings atomic.Pointer[Settings]
}

// Settings are the configuration of pages that can change.
type Settings struct {
	Name     string // the title of the pages
	Theme    string // a Bootswatch theme; empty: CeSI's own
	Language string // a language tag, or i18n.Auto
	// Problem is the problem of the configuration on disk; nil if that is the one in
	// use.
	Problem error
	// NeedsRestart names changed keys that only a restart applies.
	NeedsRestart []string
}

// Apply applies new settings; running requests keep the old ones.
func (h *Handler) Apply(settings Settings) { h.settings.Store(&settings) }
