package server

import (
	"net/http"

	"cesi/internal/server/session"
)

const (
	// changeBurst bounds the changes that every role may make (preferences, password,
	// sessions, tokens, polls) of one user at once; after that, one a second. Each may
	// leave an entry in the activity log.
	changeBurst = 30
	// pollBurst bounds the polls that a user requests at once; after that, one a
	// second.
	pollBurst = 10
)

// limitChanges bounds how often the user makes changes that every role may make.
func (s *Server) limitChanges(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	return s.changes.Take(session.Of(r).User.Name, s.opts.Now())
}
