package server

import (
	"net/http"

	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// authenticate finds out who sends a request. Without a valid session only routes that
// need a login fail, but an invalid API token fails everywhere: its sender means to be
// a user.
func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		trusted := s.sessions.TrustedProxies()
		v := session.Visitor{Address: session.ClientAddress(r, trusted), HTTPS: session.IsHTTPS(r, trusted)}
		s.warnUntrustedProxy(r, trusted)
		if err := s.sessions.Identify(r, &v); err != nil {
			if request.Status(err) == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", "Bearer")
			}
			s.fail(w, r, err)
			return
		}
		if v.User != nil && s.opts.LoggedIn != nil {
			s.opts.LoggedIn(r.Context())
		}
		next.ServeHTTP(w, r.WithContext(session.With(r.Context(), v)))
	})
}
