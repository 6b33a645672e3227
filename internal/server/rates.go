package server

import (
	"net/http"

	"cesi/internal/server/session"
)

const (
	// changeBurst is how many changes that every role may make (preferences,
	// password, sessions, tokens, polls) a user makes at once; later ones are a
	// second apart. Each may leave an entry in the activity log.
	changeBurst = 30
	// pollBurst is how many polls a user asks for at once; later ones are a second
	// apart.
	pollBurst = 10
)

// restrain bounds how often the visitor makes changes that every role may make.
func (s *Server) restrain(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	return s.changes.Take(session.Of(r).User.Name, s.opts.Now())
}
