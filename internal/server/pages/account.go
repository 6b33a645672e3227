package pages

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// Account serves the pages for the user's own account: login, profile, sessions and API
// tokens.
type Account struct{ *Handler }

// ShowLogin shows the login form.
func (h Account) ShowLogin(w http.ResponseWriter, r *http.Request) error {
	next := h.Requests.LocalPath(r.URL.Query().Get("next"))
	if session.Of(r).User != nil {
		h.Requests.Redirect(w, r, next)
		return nil
	}
	return h.Renderer.Render(w, http.StatusOK, "login", newLoginPage(h.Base(r), "", next, cesi.Text{}))
}

// Login logs the browser in and redirects it to the page that it asked for.
func (h Account) Login(w http.ResponseWriter, r *http.Request) error {
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
	return h.Renderer.Render(w, request.Status(err), "login", newLoginPage(h.Base(r), name, next, cesi.TextOf(err)))
}

// Logout ends the session.
func (h Account) Logout(w http.ResponseWriter, r *http.Request) error {
	if err := h.Sessions.Logout(w, r); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/login")
	return nil
}

// ShowProfile shows the user's own account.
func (h Account) ShowProfile(w http.ResponseWriter, r *http.Request) error {
	base := h.Base(r)
	base.Notice = profileNotice(base, r.URL.Query().Get("notice"))
	return h.renderProfile(w, r, base, http.StatusOK, profileFacts{Next: h.Requests.LocalPath(r.URL.Query().Get("next"))})
}

// profileNotice says what the last request did.
func profileNotice(base view.Base, key string) string {
	switch key {
	case "password":
		return base.Say("Your password is changed. All your other sessions have ended.")
	case "preferences":
		return base.Say("Saved.")
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

func (h Account) renderProfile(w http.ResponseWriter, r *http.Request, base view.Base, status int, facts profileFacts) error {
	v := session.Of(r)
	sessions, err := h.Auth.Sessions(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	tokens, err := h.Auth.Tokens(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	facts.Preferences = newPreferences(h.Renderer.Bundle)
	return h.Renderer.Render(w, status, "profile", newProfilePage(base, facts, sessions, v.Token, tokens))
}

// SetPreferences stores the user's language and colour scheme.
func (h Account) SetPreferences(w http.ResponseWriter, r *http.Request) error {
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

// ChangePassword changes the user's password. After a forced change it redirects to the
// page that the browser asked for.
func (h Account) ChangePassword(w http.ResponseWriter, r *http.Request) error {
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
	return h.renderProfile(w, r, h.Base(r), request.Status(err), profileFacts{Problem: cesi.TextOf(err), Next: next})
}

// loginPage is the login form.
type loginPage struct {
	view.Base
	Username string    // as typed before
	Next     string    // local path to go to next
	Problem  cesi.Text // why the last try failed
}

func newLoginPage(base view.Base, username, next string, problem cesi.Text) loginPage {
	return loginPage{Base: base.At("", base.Say("Log in")), Username: username, Next: next, Problem: problem}
}

// profilePage is the user's own account.
type profilePage struct {
	view.Base
	profileFacts
	Role      string
	Allowed   []allowance
	Sessions  []sessionRow
	Tokens    []tokenRow
	Lifetimes []lifetime
}

// profileFacts are the parts of a profile that depend on the request.
type profileFacts struct {
	Problem      cesi.Text // why the password was not changed
	Next         string    // local path to go to after a forced change
	Preferences  preferences
	TokenProblem cesi.Text // why no token was added
	TokenName    string    // as typed before
	Secret       *secret
}

// allowance is one permission, which the role has or not.
type allowance struct {
	What cesi.Text
	Yes  bool
}

// lifetime is a choice for how long a new API token lasts.
type lifetime struct {
	Value string
	Label cesi.Text
}

// lifetimes are the choices for a new token, in days; 0 is for ever.
func lifetimes() []lifetime {
	return []lifetime{
		{"30", cesi.T("%d days", 30)}, {"90", cesi.T("%d days", 90)}, {"365", cesi.T("a year")}, {"0", cesi.T("for ever")},
	}
}

// preferences are the choices of language and colour scheme.
type preferences struct {
	Languages, Schemes []choice
}

func newPreferences(bundle *i18n.Bundle) preferences {
	p := preferences{
		Languages: []choice{{"", cesi.T("As the browser asks")}},
		Schemes:   []choice{{"", cesi.T("As the system has it")}, {"light", cesi.T("Light")}, {"dark", cesi.T("Dark")}},
	}
	for _, s := range bundle.Localizers() {
		p.Languages = append(p.Languages, choice{s.Tag(), cesi.Raw(s.Name())})
	}
	return p
}

// newProfilePage shows the account of base.User, who must be set. Current is the token
// of the present session.
func newProfilePage(base view.Base, facts profileFacts, sessions []cesi.Session, current string, tokens []cesi.Token) profilePage {
	page := profilePage{
		Base: base.At("profile", base.Say("Profile")), profileFacts: facts, Role: base.User.Role.String(),
		Sessions: newSessionRows(base.Now, sessions, current), Tokens: newTokenRows(base.Now, tokens), Lifetimes: lifetimes(),
	}
	for _, a := range []struct {
		permission cesi.Permission
		what       cesi.Text
	}{
		{cesi.ViewFleet, cesi.T("see the state of all nodes and processes, and the activity log")},
		{cesi.ReadLogs, cesi.T("read the logs of processes")},
		{cesi.ControlProcesses, cesi.T("start, stop and restart processes")},
		{cesi.ControlDaemon, cesi.T("steer the supervisords themselves")},
		{cesi.ManageUsers, cesi.T("manage users")},
	} {
		page.Allowed = append(page.Allowed, allowance{What: a.what, Yes: base.User.Role.Can(a.permission)})
	}
	return page
}
