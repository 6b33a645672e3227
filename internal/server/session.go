package server

import (
	"net/http"

	"cesi/internal/cesi"
)

// login opens a session and gives its cookie to the browser. The session that
// the browser may have had before ends.
func (s *Server) login(w http.ResponseWriter, r *http.Request, name, password string) (cesi.User, error) {
	var old string
	if cookie, err := r.Cookie(s.sessionCookie(visitorOf(r).https)); err == nil {
		old = cookie.Value
	}
	token, user, err := s.opts.Auth.Login(r.Context(), name, password, visitorOf(r).address, r.UserAgent(), old)
	if err != nil {
		return cesi.User{}, err
	}
	s.setSession(w, r, token)
	return user, nil
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.opts.Auth.Logout(r.Context(), visitorOf(r).token, s.actor(r)); err != nil {
		return err
	}
	s.clearSession(w, r)
	return nil
}

// changePassword changes the visitor's own password. All sessions end; the
// browser gets a new one.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, old, new string) error {
	token, err := s.opts.Auth.ChangePassword(r.Context(), s.actor(r), visitorOf(r).token, old, new)
	if err != nil {
		return err
	}
	s.setSession(w, r, token)
	return nil
}
