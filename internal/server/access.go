package server

import (
	"net/http"
	"net/url"
	"strings"

	"cesi/internal/cesi"

	"github.com/go-chi/chi/v5"
)

// open serves a route that needs no login.
func (s *Server) open(h handlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	}
}

// allow serves a route to those whose role has the permission. Others are sent
// to log in where that may help, and refused where not.
func (s *Server) allow(permission cesi.Permission, h handlerFunc) http.HandlerFunc {
	return s.open(func(w http.ResponseWriter, r *http.Request) error {
		user := visitorOf(r).user
		switch {
		case user == nil && r.Method == http.MethodGet && !isAPI(r):
			s.toLogin(w, r)
			return nil
		case user == nil:
			return cesi.Errorf(cesi.Unauthorized, "Log in first.")
		case user.MustChange && r.Method == http.MethodGet && !isAPI(r):
			s.pages.Requests.toPasswordChange(w, r, r.URL.RequestURI())
			return nil
		case user.MustChange && !isAPI(r):
			s.pages.Requests.toPasswordChange(w, r, "/")
			return nil
		case user.MustChange:
			return cesi.Errorf(cesi.Forbidden, "Your password has to be changed first: PUT /api/v2/profile/password.")
		case !user.Role.Can(permission):
			return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", user.Role)
		}
		if cesi.Viewer.Can(permission) {
			if err := s.restrain(r); err != nil {
				return err
			}
		}
		return h(w, r)
	})
}

// self serves a route on one's own account, also to those who have to change
// their password before anything else.
func (s *Server) self(h handlerFunc) http.HandlerFunc {
	return s.open(func(w http.ResponseWriter, r *http.Request) error {
		switch {
		case visitorOf(r).user != nil:
			if err := s.restrain(r); err != nil {
				return err
			}
			return h(w, r)
		case r.Method == http.MethodGet && !isAPI(r):
			s.toLogin(w, r)
			return nil
		default:
			return cesi.Errorf(cesi.Unauthorized, "Log in first.")
		}
	})
}

// personal refuses API tokens. It guards what gives access to an account or takes
// it away: passwords, sessions, API tokens, and the users themselves. A stolen
// token must not outlive its revocation, not even by a user that it adds.
func (s *Server) personal(h handlerFunc) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if visitorOf(r).bearer != "" {
			return cesi.Errorf(cesi.Forbidden, "An API token can't do this: log in with the password.")
		}
		return h(w, r)
	}
}

// toLogin sends a browser to the login page, which leads back here.
func (s *Server) toLogin(w http.ResponseWriter, r *http.Request) {
	s.pages.Requests.redirect(w, r, withNext("/login", r.URL.RequestURI()))
}

// toPasswordChange sends a browser to where the password is changed, which leads
// on to next, a path of ours.
func (rd *requestReader) toPasswordChange(w http.ResponseWriter, r *http.Request, next string) {
	rd.redirect(w, r, withNext("/profile", next))
}

// withNext adds to a path where it is to lead on to; that is "/" by itself.
func withNext(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// redirect sends the browser to a path of ours, with GET.
func (rd *requestReader) redirect(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, rd.Prefix+path, http.StatusSeeOther)
}

// localPath returns a path of ours to go on to, without the prefix; anything
// that could lead to another site becomes "/".
func (rd *requestReader) localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.ContainsFunc(path, unsafeInPath) || strings.HasPrefix(path, "//") ||
		strings.Contains(u.Path+"/", "/../") { // which leads out of the prefix
		return "/"
	}
	if rest, found := strings.CutPrefix(path, rd.Prefix+"/"); found {
		return "/" + strings.TrimLeft(rest, "/")
	}
	return path
}

// unsafeInPath reports characters that browsers treat as a slash or drop.
func unsafeInPath(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }

// param returns a path parameter, decoded. chi matches against the raw path
// where there is one, and hands out what it matched.
func param(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}
