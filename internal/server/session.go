package server

import (
	"net/http"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// login opens a session and gives its cookie to the browser. The session that
// the browser may have had before ends.
func (s *sessions) login(w http.ResponseWriter, r *http.Request, name, password string) (cesi.User, error) {
	var old string
	if cookie, err := r.Cookie(s.sessionCookie(visitorOf(r).https)); err == nil {
		old = cookie.Value
	}
	var device string
	if cookie, err := r.Cookie(s.deviceCookie(visitorOf(r).https)); err == nil {
		device = cookie.Value
	}
	token, user, err := s.Auth.Login(r.Context(), name, password, visitorOf(r).address, r.UserAgent(), old, device)
	if err != nil {
		return cesi.User{}, err
	}
	s.setSession(w, r, token)
	s.setDevice(w, r, user)
	return user, nil
}

// setDevice has the browser remember that the user has logged in there. Without
// it the log-in is as good.
func (s *sessions) setDevice(w http.ResponseWriter, r *http.Request, user cesi.User) {
	device, err := s.Auth.NewDevice(r.Context(), user)
	if err != nil {
		s.Log.Warn("a browser can't be made known", "user", user.Name, "error", err)
		return
	}
	https := visitorOf(r).https
	http.SetCookie(w, &http.Cookie{
		Name: s.deviceCookie(https), Value: device, Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https,
		MaxAge: int(auth.DeviceLifetime.Seconds()),
	})
}

func (s *sessions) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.Logout(r.Context(), visitorOf(r).token, actorOf(r)); err != nil {
		return err
	}
	s.clearSession(w, r)
	return nil
}

// changePassword changes the visitor's own password. All sessions end; the
// browser gets a new one.
func (s *sessions) changePassword(w http.ResponseWriter, r *http.Request, old, new string) error {
	token, err := s.Auth.ChangePassword(r.Context(), actorOf(r), visitorOf(r).token, old, new)
	if err != nil {
		return err
	}
	s.setSession(w, r, token)
	return nil
}
