package server

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

func (h *pagesHandler) loginPage(w http.ResponseWriter, r *http.Request) error {
	next := h.Requests.LocalPath(r.URL.Query().Get("next"))
	if session.Of(r).User != nil {
		h.Requests.Redirect(w, r, next)
		return nil
	}
	return h.Renderer.Render(w, http.StatusOK, "login", newLoginPage(h.base(r), "", next, ""))
}

func (h *pagesHandler) loginForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name, next := r.PostForm.Get("username"), h.Requests.LocalPath(r.PostForm.Get("next"))
	user, err := h.Sessions.Login(w, r, name, r.PostForm.Get("password"))
	switch {
	case err == nil && user.MustChange:
		h.Requests.ToPasswordChange(w, r, next)
		return nil
	case err == nil:
		h.Requests.Redirect(w, r, next)
		return nil
	case request.Status(err) == http.StatusInternalServerError:
		return err
	}
	request.SetRetryAfter(w, err)
	return h.Renderer.Render(w, request.Status(err), "login", newLoginPage(h.base(r), name, next, cesi.Sentence(err)))
}

func (h *pagesHandler) logoutForm(w http.ResponseWriter, r *http.Request) error {
	if err := h.Sessions.Logout(w, r); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/login")
	return nil
}

func (h *pagesHandler) profilePage(w http.ResponseWriter, r *http.Request) error {
	base := h.base(r)
	base.Notice = profileNotice(base, r.URL.Query().Get("notice"))
	return h.showProfile(w, r, base, http.StatusOK, profileFacts{Next: h.Requests.LocalPath(r.URL.Query().Get("next"))})
}

// profileNotice says what was just done.
func profileNotice(base view.Base, key string) string {
	switch key {
	case "password":
		return base.Say("Your password is changed. All your other sessions have ended.")
	case "preferences":
		return base.Say("The pages are as you want them from now on.")
	case "role":
		return base.Say("Your role is changed.")
	case "session":
		return base.Say("The session has ended.")
	case "sessions":
		return base.Say("All your other sessions have ended.")
	case "token":
		return base.Say("The API token is revoked.")
	default:
		return ""
	}
}

func (h *pagesHandler) showProfile(w http.ResponseWriter, r *http.Request, base view.Base, status int, facts profileFacts) error {
	v := session.Of(r)
	sessions, err := h.Auth.Sessions(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	tokens, err := h.Auth.Tokens(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	facts.Preferences = newPreferences(h.Renderer.Book)
	return h.Renderer.Render(w, status, "profile", newProfilePage(base, facts, sessions, v.Token, tokens))
}

// preferencesForm keeps the visitor's language and colour scheme.
func (h *pagesHandler) preferencesForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	err := h.Auth.SetPreferences(r.Context(), session.ActorOf(r), r.PostForm.Get("language"), r.PostForm.Get("scheme"))
	if err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/profile?notice=preferences")
	return nil
}

// passwordForm changes the visitor's password. One who had to change it is led to
// where the way led before.
func (h *pagesHandler) passwordForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	form, next := r.PostForm, h.Requests.LocalPath(r.PostForm.Get("next"))
	err := error(cesi.Errorf(cesi.Invalid, "The new password and its repetition differ."))
	if form.Get("new") == form.Get("repeat") {
		err = h.Sessions.ChangePassword(w, r, form.Get("current"), form.Get("new"))
	}
	switch {
	case err == nil && form.Has("next"):
		h.Requests.Redirect(w, r, next)
		return nil
	case err == nil:
		h.Requests.Redirect(w, r, "/profile?notice=password")
		return nil
	case request.Status(err) == http.StatusInternalServerError:
		return err
	}
	request.SetRetryAfter(w, err)
	return h.showProfile(w, r, h.base(r), request.Status(err), profileFacts{Problem: cesi.Sentence(err), Next: next})
}
