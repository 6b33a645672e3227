// Package server is the program's face: the routes, the pages, the API under
// /api/v2, and what guards them (sessions, permissions, security headers).
//
// It decides nothing about processes: it shows fleet's snapshot and hands
// commands to fleet.Control. It knows accounts only through auth.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/live"
	"cesi/internal/logs"
	"cesi/internal/store"
	"cesi/web"

	"github.com/go-chi/chi/v5"
)

// Options are what a Server needs from outside; all are required.
type Options struct {
	Fleet   *fleet.Fleet
	Auth    *auth.Service
	Store   *store.DB
	Journal *store.Journal
	Log     *slog.Logger
	Now     func() time.Time
	Build   Build
	// Prefix is the path under which the server is reached, such as /cesi; empty
	// for none. Requests are understood with and without it, so that a proxy may
	// strip it.
	Prefix string
	// ConfigFile is the configuration's path, for the page that explains it.
	ConfigFile string
	Database   string // its path, for the page that says what this is
	// Closing is done when the server shuts down: whoever waits then answers.
	Closing context.Context
	// LoggedIn is called with the context of each request of somebody who is
	// logged in, before it is answered; nil: nothing is.
	LoggedIn func(context.Context)

	patience time.Duration // 0 means defaultPatience; tests have less of it
	pages    *renderer     // nil: a new one; tests share one
}

// Build says which program this is.
type Build struct {
	Version, Commit, Go string
}

// Settings are the part of the configuration that a Server follows.
type Settings struct {
	Name           string // the title of the pages
	Theme          string // a Bootswatch theme; empty: our own
	Language       string // a language tag, or words.Auto
	TrustedProxies []netip.Prefix
	Lifetime       time.Duration // of a session, for its cookie
	// Problem is what is wrong with the configuration as it is on disk; nil if
	// it is the one in force.
	Problem error
	// NeedsRestart names the keys that have changed and that only a restart takes up.
	NeedsRestart []string
}

// Server answers HTTP requests.
type Server struct {
	opts      Options
	settings  atomic.Pointer[Settings]
	pages     *renderer
	static    http.Handler
	router    chi.Router          // the routes, unguarded
	livePages map[string]livePage // by pattern
	openViews openViews
	changes   rates
	polls     rates
	handler   http.Handler
	live      *live.Hub[sight]
	logs      *logs.Logs
	logSource logSource
	started   time.Time
	proxies   proxyWarnings
	refusals  logBudget
}

// New returns a Server. It fails only on a defect in its own templates.
func New(opts Options, settings Settings) (*Server, error) {
	if opts.patience == 0 {
		opts.patience = defaultPatience
	}
	if opts.pages == nil {
		var err error
		if opts.pages, err = newRenderer(opts.Prefix); err != nil {
			return nil, err
		}
	}
	s := &Server{opts: opts, pages: opts.pages, static: web.Handler(), started: opts.Now(), logSource: logSource{opts.Fleet},
		changes: rates{burst: changeBurst}, polls: rates{burst: pollBurst}}
	s.settings.Store(&settings)
	s.router = s.routes()
	var err error
	if s.livePages, err = livePagesOf(s.router); err != nil {
		return nil, err
	}
	s.handler = s.guard(s.router)
	s.logs = logs.New(s.logSource, opts.Log)
	s.live = live.NewHub(live.Options[sight]{Render: s.renderFor, Log: opts.Log})
	return s, nil
}

// Apply takes up new settings; requests under way keep the old ones.
func (s *Server) Apply(settings Settings) { s.settings.Store(&settings) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// actor is who makes the request, for the activity log. Behind the address
// stands the API token that was used, if one was.
func (s *Server) actor(r *http.Request) cesi.Actor {
	v := visitorOf(r)
	address := v.address
	if v.bearer != "" {
		address += " (token " + v.bearer + ")"
	}
	return cesi.Actor{User: v.user.Name, Role: v.user.Role, Address: address}
}
