package server

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"

	"github.com/go-chi/chi/v5/middleware"
)

// maxBody bounds every request body: forms and JSON are small.
const maxBody = 1 << 20

// contentSecurityPolicy allows only content of this server, and no script or style
// inside a page.
const contentSecurityPolicy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'; object-src 'none'"

// chain wraps the routes in the middleware for every request, outermost first.
func (s *Server) chain(routes http.Handler) http.Handler {
	h := s.csrf(routes)
	h = s.recoverPanics(h) // inside authenticate, so that it knows the user
	h = s.authenticate(h)
	h = s.stripPrefix(h)
	h = limitBody(h)
	h = s.recoverPanics(h) // and outside, for the middleware before it
	h = s.logRequests(h)
	return s.securityHeaders(h)
}

// csrf refuses requests that another site made a browser send. A request with an API
// token can't be one: no browser adds it by itself.
func (s *Server) csrf(routes http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	protected := csrf.Handler(routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if session.Of(r).Bearer != "" {
			routes.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// strictTransport makes browsers use only HTTPS for this host, for a year.
const strictTransport = "max-age=31536000"

func (s *Server) securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store") // static files replace it
		if session.IsHTTPS(r, s.sessions.TrustedProxies()) {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.opts.Now()
		path := r.URL.Path
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		s.opts.Log.Debug("request", "method", r.Method, "path", path, "status", ww.Status(),
			"bytes", ww.BytesWritten(), "took", s.opts.Now().Sub(began))
	})
}

// recoverPanics turns a panic in a handler into an error reply and a log line. A reply
// that has begun is broken off, so that it does not look complete.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.opts.Log.Error("a handler panicked", "path", r.URL.Path, "panic", v, slog.String("stack", string(debug.Stack())))
			if ww.Status() != 0 {
				panic(http.ErrAbortHandler)
			}
			s.writeError(ww, r, fmt.Errorf("panic: %v", v))
		}()
		next.ServeHTTP(ww, r)
	})
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// stripPrefix removes the prefix from a path. A path without it is assumed to come from
// a proxy that removes the prefix.
func (s *Server) stripPrefix(next http.Handler) http.Handler {
	if s.opts.Prefix == "" {
		return next
	}
	stripped := http.StripPrefix(s.opts.Prefix, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == s.opts.Prefix:
			http.Redirect(w, r, s.opts.Prefix+"/", http.StatusMovedPermanently)
		case strings.HasPrefix(r.URL.Path, s.opts.Prefix+"/"):
			stripped.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// denyCrossOrigin refuses a request that another site made a browser send.
func (s *Server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	if withheld, ok := s.refusals.take(s.opts.Now()); ok {
		s.opts.Log.Warn("refused a request from another site", "path", r.URL.Path,
			"origin", r.Header.Get("Origin"), "host", r.Host, "more before it", withheld)
	}
	s.fail(w, r, cesi.Wrap(cesi.Forbidden, request.ErrCrossSite,
		"This request seems to come from another site (Origin %q, but Host %q), so it was refused. Behind nginx, pass the browser's own host on: proxy_set_header Host $http_host;",
		r.Header.Get("Origin"), r.Host))
}

// stripSlash removes a final slash from the path, also if names in it are encoded.
func stripSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path := r.URL.Path; len(path) > 1 && strings.HasSuffix(path, "/") {
			u := *r.URL
			u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.RawPath, "/")
			r = r.Clone(r.Context())
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}
