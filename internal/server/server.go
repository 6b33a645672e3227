// Package server is the HTTP server: the route table, who may use each route, the
// middleware of every request (sessions, permissions, security headers), and the status
// of every error. The handlers are in the packages below it: pages, api and stream.
//
// Decisions about processes and accounts do not belong here, but in fleet and auth.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"cesi/internal/auth"
	"cesi/internal/fleet"
	"cesi/internal/logtail"
	"cesi/internal/manual"
	"cesi/internal/server/api"
	"cesi/internal/server/pages"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/stream"
	"cesi/internal/server/view"
	"cesi/internal/store"
	"cesi/web"

	"github.com/go-chi/chi/v5"
)

// Options are the dependencies of a Server; all are required.
type Options struct {
	Fleet   *fleet.Fleet
	Auth    *auth.Service
	Store   *store.DB
	Journal *store.Journal
	Log     *slog.Logger
	Now     func() time.Time
	Build   pages.Build
	// Prefix is the path under which the server is reached, such as /cesi; empty for
	// none. Requests work with and without it, so that a proxy may remove it.
	Prefix string
	// ConfigFile is the configuration's path, for the pages.
	ConfigFile string
	Database   string // its path, for the page About
	// Closing is done when the server shuts down: requests that wait are then answered.
	Closing context.Context
	// LoggedIn is called with the context of each request of a logged-in user, before
	// its reply; may be nil.
	LoggedIn func(context.Context)

	patience time.Duration  // 0 means DefaultPatience; tests use less
	renderer *view.Renderer // nil: a new one; tests share one
}

// Settings are the configuration of a Server that can change.
type Settings struct {
	Pages    pages.Settings
	Sessions session.Settings
}

// Server answers HTTP requests.
type Server struct {
	opts      Options
	sessions  *session.Sessions
	pages     *pages.Handler
	api       *api.Handler
	stream    *stream.Handler
	static    http.Handler
	router    chi.Router          // without middleware
	livePages map[string]livePage // by pattern
	changes   session.Rates
	handler   http.Handler
	proxies   proxyWarnings
	refusals  logBudget
	started   time.Time
}

// New returns a Server. It fails only if its own templates or manual are defective.
func New(opts Options, settings Settings) (*Server, error) {
	if opts.patience == 0 {
		opts.patience = request.DefaultPatience
	}
	if opts.renderer == nil {
		var err error
		if opts.renderer, err = view.NewRenderer(opts.Prefix); err != nil {
			return nil, err
		}
	}
	s := &Server{opts: opts, static: web.Handler(), started: opts.Now(), changes: session.Rates{Burst: changeBurst}}
	help, err := manual.New(web.Manual(), opts.Prefix)
	if err != nil {
		return nil, err
	}
	s.wire(help)
	s.Apply(settings)
	s.router = s.routes()
	if s.livePages, err = livePagesOf(s.router); err != nil {
		return nil, err
	}
	s.handler = s.chain(s.router)
	return s, nil
}

// wire makes the handlers and connects them.
func (s *Server) wire(help *manual.Manual) {
	o := s.opts
	requests := &request.Reader{
		Fleet: o.Fleet, Logs: request.LogSource{Fleet: o.Fleet}, Prefix: o.Prefix, Now: o.Now, Closing: o.Closing, Patience: o.patience,
	}
	tails := logtail.New(requests.Logs, o.Log)
	s.sessions = &session.Sessions{Auth: o.Auth, Log: o.Log, Prefix: o.Prefix, Installation: o.Store.Installation()}
	s.pages = &pages.Handler{
		Fleet: o.Fleet, Auth: o.Auth, Store: o.Store, Journal: o.Journal, Logs: tails, Log: o.Log, Now: o.Now,
		Requests: requests, Sessions: s.sessions, Renderer: o.renderer, Manual: help, Version: s.version, OwnQuery: s.ownQuery, Build: o.Build,
		Prefix: o.Prefix, ConfigFile: o.ConfigFile, Database: o.Database, Started: s.started,
		Polls: session.Rates{Burst: pollBurst},
	}
	s.api = &api.Handler{
		Fleet: o.Fleet, Auth: o.Auth, Store: o.Store, Journal: o.Journal, Logs: tails, Log: o.Log, Now: o.Now,
		Requests: requests, Sessions: s.sessions, Version: o.Build.Version,
	}
	s.stream = stream.New(&stream.Handler{
		Fleet: o.Fleet, Logs: tails, Log: o.Log, Now: o.Now, Requests: requests, Sessions: s.sessions,
		Version: s.version, Localizer: s.pages.Localizer, CanonicalPage: s.canonicalPage, DrawPage: s.drawLive,
	})
}

// Apply applies new settings; running requests keep the old ones.
func (s *Server) Apply(settings Settings) {
	s.sessions.Apply(settings.Sessions)
	s.pages.Apply(settings.Pages)
}

// RunLive sends changes of the fleet to the open pages, until ctx ends.
func (s *Server) RunLive(ctx context.Context) { s.stream.RunLive(ctx) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
