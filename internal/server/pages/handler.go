// Package pages has a file for each page: its handler, its page struct and what fills
// it from the fleet's snapshot. What several pages share is in view; what a request
// asks for is read in request.
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

// Handler answers with pages. Its fields are set before its first use.
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
	// Version names the state of the fleet and of the activity log.
	Version func() string
	// OwnQuery returns the parameters of a request that its page reads.
	OwnQuery func(*http.Request) url.Values
	Build    Build
	// Prefix is the path under which the server is reached; empty for none.
	Prefix     string
	ConfigFile string // the configuration's path
	Database   string // the database's path
	Started    time.Time
	Polls      session.Rates // that users ask for

	settings atomic.Pointer[Settings]
}

// Settings are the part of the configuration that pages follow.
type Settings struct {
	Name     string // the title of the pages
	Theme    string // a Bootswatch theme; empty: our own
	Language string // a language tag, or words.Auto
	// Problem is what is wrong with the configuration as it is on disk; nil if
	// it is the one in force.
	Problem error
	// NeedsRestart names the keys that have changed and that only a restart takes up.
	NeedsRestart []string
}

// Apply takes up new settings; requests under way keep the old ones.
func (h *Handler) Apply(settings Settings) { h.settings.Store(&settings) }
