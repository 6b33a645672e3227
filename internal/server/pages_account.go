package server

import (
	"errors"
	"net/http"
	"strconv"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) error {
	next := s.localPath(r.URL.Query().Get("next"))
	if visitorOf(r).user != nil {
		s.redirect(w, r, next)
		return nil
	}
	return s.pages.render(w, http.StatusOK, "login", newLoginPage(s.base(r), "", next, ""))
}

func (s *Server) loginForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	name, next := r.PostForm.Get("username"), s.localPath(r.PostForm.Get("next"))
	user, err := s.login(w, r, name, r.PostForm.Get("password"))
	switch {
	case err == nil && user.MustChange:
		s.toPasswordChange(w, r, next)
		return nil
	case err == nil:
		s.redirect(w, r, next)
		return nil
	case statusOf(err) == http.StatusInternalServerError:
		return err
	}
	setRetryAfter(w, err)
	return s.pages.render(w, statusOf(err), "login", newLoginPage(s.base(r), name, next, cesi.Sentence(err)))
}

// setRetryAfter says when to try again, where that is why it failed.
func setRetryAfter(w http.ResponseWriter, err error) {
	var throttled *auth.ThrottledError
	if errors.As(err, &throttled) {
		w.Header().Set("Retry-After", strconv.Itoa(int(throttled.RetryAfter.Seconds())+1))
	}
}

func (s *Server) logoutForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.logout(w, r); err != nil {
		return err
	}
	s.redirect(w, r, "/login")
	return nil
}

func (s *Server) profilePage(w http.ResponseWriter, r *http.Request) error {
	base := s.base(r)
	base.Notice = profileNotice(base, r.URL.Query().Get("notice"))
	return s.showProfile(w, r, base, http.StatusOK, profileFacts{Next: s.localPath(r.URL.Query().Get("next"))})
}

// profileNotice says what was just done.
func profileNotice(base basePage, key string) string {
	switch key {
	case "password":
		return base.say("Your password is changed. All your other sessions have ended.")
	case "preferences":
		return base.say("The pages are as you want them from now on.")
	case "role":
		return base.say("Your role is changed.")
	case "session":
		return base.say("The session has ended.")
	case "sessions":
		return base.say("All your other sessions have ended.")
	case "token":
		return base.say("The API token is revoked.")
	default:
		return ""
	}
}

func (s *Server) showProfile(w http.ResponseWriter, r *http.Request, base basePage, status int, facts profileFacts) error {
	v := visitorOf(r)
	sessions, err := s.opts.Auth.Sessions(r.Context(), v.user.Name)
	if err != nil {
		return err
	}
	tokens, err := s.opts.Auth.Tokens(r.Context(), v.user.Name)
	if err != nil {
		return err
	}
	facts.Preferences = newPreferences(s.pages.book)
	return s.pages.render(w, status, "profile", newProfilePage(base, facts, sessions, v.token, tokens))
}

// preferencesForm keeps the visitor's language and colour scheme.
func (s *Server) preferencesForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	err := s.opts.Auth.SetPreferences(r.Context(), s.actor(r), r.PostForm.Get("language"), r.PostForm.Get("scheme"))
	if err != nil {
		return err
	}
	s.redirect(w, r, "/profile?notice=preferences")
	return nil
}

// passwordForm changes the visitor's password. One who had to change it is led to
// where the way led before.
func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	form, next := r.PostForm, s.localPath(r.PostForm.Get("next"))
	err := error(cesi.Errorf(cesi.Invalid, "The new password and its repetition differ."))
	if form.Get("new") == form.Get("repeat") {
		err = s.changePassword(w, r, form.Get("current"), form.Get("new"))
	}
	switch {
	case err == nil && form.Has("next"):
		s.redirect(w, r, next)
		return nil
	case err == nil:
		s.redirect(w, r, "/profile?notice=password")
		return nil
	case statusOf(err) == http.StatusInternalServerError:
		return err
	}
	setRetryAfter(w, err)
	return s.showProfile(w, r, s.base(r), statusOf(err), profileFacts{Problem: cesi.Sentence(err), Next: next})
}
