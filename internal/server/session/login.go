package session

import (
	"net/http"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// Login starts a session and sets its cookie in the browser. An earlier session of the
// browser ends.
func (s *Sessions) Login(w http.ResponseWriter, r *http.Request, name, password string) (cesi.User, error) {
	var old string
	if cookie, err := r.Cookie(s.SessionCookie(Of(r).HTTPS)); err == nil {
		old = cookie.Value
	}
	var device string
	if cookie, err := r.Cookie(s.DeviceCookie(Of(r).HTTPS)); err == nil {
		device = cookie.Value
	}
	token, user, err := s.Auth.Login(r.Context(), name, password, Of(r).Address, r.UserAgent(), old, device)
	if err != nil {
		return cesi.User{}, err
	}
	s.setSession(w, r, token)
	s.setDevice(w, r, user)
	return user, nil
}

// setDevice marks the browser as one in which the user has logged in. If that fails,
// the login is still valid.
func (s *Sessions) setDevice(w http.ResponseWriter, r *http.Request, user cesi.User) {
	device, err := s.Auth.NewDevice(r.Context(), user)
	if err != nil {
		s.Log.Warn("a browser can't be made known", "user", user.Name, "error", err)
		return
	}
	https := Of(r).HTTPS
	http.SetCookie(w, &http.Cookie{
		Name: s.DeviceCookie(https), Value: device, Path: s.Prefix + "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: https,
		MaxAge: int(auth.DeviceLifetime.Seconds()),
	})
}

// Logout ends the request's session and removes the cookie.
func (s *Sessions) Logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.Auth.Logout(r.Context(), Of(r).Token, ActorOf(r)); err != nil {
		return err
	}
	s.clearSession(w, r)
	return nil
}

// ChangePassword changes the visitor's own password. All sessions end; the browser gets
// a new one.
func (s *Sessions) ChangePassword(w http.ResponseWriter, r *http.Request, old, new string) error {
	token, err := s.Auth.ChangePassword(r.Context(), ActorOf(r), Of(r).Token, old, new)
	if err != nil {
		return err
	}
	s.setSession(w, r, token)
	return nil
}
