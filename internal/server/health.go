package server

import (
	"context"
	"net/http"
	"time"

	"cesi/internal/cesi"
)

// healthz says that the process runs.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// readyz says whether the database can be written and every node has been polled once.
// A removed database is named, since that does not pass by itself.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if gone := s.opts.Store.Gone(); gone != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready: " + cesi.TextOf(gone).String() + "\n"))
		return
	}
	_, _, degraded := s.opts.Journal.Degraded()
	if !s.opts.Fleet.Ready() || degraded != nil || s.opts.Store.Writable(ctx) != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("not ready\n"))
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}
