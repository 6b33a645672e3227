package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// public serves a route without login.
func (s *Server) public(h handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// require serves a route to users whose role has the permission. Others are sent to the
// login page if a login can help, else refused.
func (s *Server) require(permission cesi.Permission, h handlerFunc) http.HandlerFunc {
	return s.public(func(w http.ResponseWriter, r *http.Request) error {
		user := session.Of(r).User
		switch {
		case user == nil && r.Method == http.MethodGet && !session.IsAPI(r):
			s.toLogin(w, r)
			return nil
		case user == nil:
			return cesi.Errorf(cesi.Unauthorized, "Log in first.")
		case user.MustChange && r.Method == http.MethodGet && !session.IsAPI(r):
			s.pages.Requests.ToPasswordChange(w, r, r.URL.RequestURI())
			return nil
		case user.MustChange && !session.IsAPI(r):
			s.pages.Requests.ToPasswordChange(w, r, "/")
			return nil
		case user.MustChange:
			return cesi.Errorf(cesi.Forbidden, "Your password has to be changed first: PUT /api/v2/profile/password.")
		case !user.Role.Can(permission):
			return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", user.Role)
		}
		// A change that even a viewer may make can come from anybody with an account.
		if cesi.Viewer.Can(permission) {
			if err := s.limitChanges(r); err != nil {
				return err
			}
		}
		return h(w, r)
	})
}

// requireLogin serves a route for one's own account, also to users who must change
// their password first.
func (s *Server) requireLogin(h handlerFunc) http.HandlerFunc {
	return s.public(func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case session.Of(r).User != nil:
			if err := s.limitChanges(r); err != nil {
				return err
			}
			return h(w, r)
		case r.Method == http.MethodGet && !session.IsAPI(r):
			s.toLogin(w, r)
			return nil
		default:
			return cesi.Errorf(cesi.Unauthorized, "Log in first.")
		}
	})
}

// denyTokens refuses API tokens. It protects everything that gives or ends access to an
// account: passwords, sessions, API tokens, and users. A stolen token must not outlive
// its revocation, for example by a user that it adds.
func (s *Server) denyTokens(h handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if session.Of(r).Bearer != "" {
			return cesi.Errorf(cesi.Forbidden, "An API token can't do this: log in with the password.")
		}
		return h(w, r)
	}
}

// toLogin redirects a browser to the login page, which then leads back here.
func (s *Server) toLogin(w http.ResponseWriter, r *http.Request) {
	s.pages.Requests.Redirect(w, r, request.WithNext("/login", r.URL.RequestURI()))
}
