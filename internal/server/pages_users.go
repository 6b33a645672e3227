package server

import (
	"net/http"
	"strings"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/words"
)

func (s *Server) usersPage(w http.ResponseWriter, r *http.Request) error {
	base := s.base(r)
	if r.URL.Query().Get("notice") == "deleted" {
		base.Notice = base.say("The user is deleted.")
	}
	return s.showUsers(w, r, base, http.StatusOK, newUserForm{Role: cesi.Viewer}, "", nil)
}

func (s *Server) showUsers(w http.ResponseWriter, r *http.Request, base basePage, status int, form newUserForm, problem string, made *secret) error {
	accounts, err := s.opts.Auth.Accounts(r.Context())
	if err != nil {
		return err
	}
	return s.pages.render(w, status, "users", newUsersPage(base, accounts, form, problem, made))
}

// addUserForm adds a user with the password of the form, or one that is made up,
// and shows it. It has to be changed at the first login: two people know it.
func (s *Server) addUserForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	name, password := strings.TrimSpace(r.PostForm.Get("username")), passwordOrNew(r.PostForm.Get("password"))
	role, err := cesi.ParseRole(r.PostForm.Get("role"))
	if err == nil {
		err = s.opts.Auth.AddUser(r.Context(), s.actor(r), name, password, role, true)
	}
	switch {
	case err == nil:
		return s.showUsers(w, r, s.base(r), http.StatusOK, newUserForm{Role: cesi.Viewer}, "", newPasswordSecret(name, password))
	case statusOf(err) == http.StatusInternalServerError:
		return err
	}
	return s.showUsers(w, r, s.base(r), statusOf(err), newUserForm{name, role}, cesi.Sentence(err), nil)
}

// passwordOrNew is the password that was typed or, where none was, a new one.
func passwordOrNew(typed string) string {
	if typed == "" {
		return auth.NewPassword()
	}
	return typed
}

func (s *Server) userPage(w http.ResponseWriter, r *http.Request) error {
	base := s.base(r)
	switch r.URL.Query().Get("notice") {
	case "role":
		base.Notice = base.say("The role is changed. It is in force now.")
	case "sessions":
		base.Notice = base.say("All sessions have ended.")
	case "tokens":
		base.Notice = base.say("All API tokens are revoked.")
	}
	return s.showUser(w, r, base, nil, nil)
}

// showUser shows the user of the path, with what went wrong or what is shown once.
func (s *Server) showUser(w http.ResponseWriter, r *http.Request, base basePage, failure error, made *secret) error {
	account, err := s.account(r)
	if err != nil {
		return err
	}
	tokens, err := s.opts.Auth.Tokens(r.Context(), account.Name)
	if err != nil {
		return err
	}
	status, problem := http.StatusOK, ""
	if failure != nil {
		status, problem = statusOf(failure), cesi.Sentence(failure)
	}
	return s.pages.render(w, status, "user", newUserPage(base, account, tokens, problem, made))
}

// account finds the user of the path.
func (s *Server) account(r *http.Request) (cesi.Account, error) {
	name := param(r, "user")
	accounts, err := s.opts.Auth.Accounts(r.Context())
	if err != nil {
		return cesi.Account{}, err
	}
	for _, a := range accounts {
		if cesi.SameUserName(a.Name, name) {
			return a, nil
		}
	}
	return cesi.Account{}, cesi.Errorf(cesi.NotFound, "there is no user %q", name)
}

// changed leads on after a change of a user, or shows why there was none.
func (s *Server) changed(w http.ResponseWriter, r *http.Request, err error, next string) error {
	switch {
	case err == nil:
		s.redirect(w, r, next)
		return nil
	case statusOf(err) == http.StatusConflict || statusOf(err) == http.StatusBadRequest:
		return s.showUser(w, r, s.base(r), err, nil)
	default:
		return err
	}
}

func (s *Server) roleForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	name := param(r, "user")
	role, err := cesi.ParseRole(r.PostForm.Get("role"))
	if err == nil {
		err = s.opts.Auth.SetRole(r.Context(), s.actor(r), name, role)
	}
	next := localURL("users", name) + "?notice=role"
	if cesi.SameUserName(name, visitorOf(r).user.Name) && !role.Can(cesi.ManageUsers) {
		next = "/profile?notice=role"
	}
	return s.changed(w, r, err, next)
}

// resetPasswordForm gives a user the password of the form, or a new one, and
// shows it.
func (s *Server) resetPasswordForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	name, password := param(r, "user"), passwordOrNew(r.PostForm.Get("password"))
	if err := s.opts.Auth.SetPassword(r.Context(), s.actor(r), name, password, true); err != nil {
		return s.changed(w, r, err, "")
	}
	return s.showUser(w, r, s.base(r), nil, newPasswordSecret(name, password))
}

func (s *Server) deleteUserForm(w http.ResponseWriter, r *http.Request) error {
	return s.changed(w, r, s.opts.Auth.DeleteUser(r.Context(), s.actor(r), param(r, "user")), "/users?notice=deleted")
}

func (s *Server) endSessionsForm(w http.ResponseWriter, r *http.Request) error {
	name := param(r, "user")
	return s.changed(w, r, s.opts.Auth.EndSessions(r.Context(), s.actor(r), name), localURL("users", name)+"?notice=sessions")
}

func (s *Server) revokeTokensForm(w http.ResponseWriter, r *http.Request) error {
	name := param(r, "user")
	return s.changed(w, r, s.opts.Auth.RevokeTokens(r.Context(), s.actor(r), name), localURL("users", name)+"?notice=tokens")
}

// askAbout serves the question before a change of the path's user.
func (s *Server) askAbout(ask func(cesi.Account) question) handlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		account, err := s.account(r)
		if err != nil {
			return err
		}
		return s.pages.render(w, http.StatusOK, "question", newQuestionPage(s.base(r), "users", ask(account)))
	}
}

func askToDelete(a cesi.Account) question {
	return question{
		Question: words.Of("Delete %s?", plain(a.Name)), Verb: words.Of("Delete %s", plain(a.Name)),
		Post: localURL("users", a.Name, "delete"), Back: localURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("The account, its sessions and its API tokens are gone at once. What the user did stays in the activity log.")},
	}
}

func askToEndSessions(a cesi.Account) question {
	sessions := words.Of("%d sessions", a.Sessions)
	return question{
		Question: words.Of("End %s of %s?", sessions, plain(a.Name)), Verb: words.Of("End %s", sessions),
		Post: localURL("users", a.Name, "sessions"), Back: localURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("Every browser in which the user is logged in is logged out at once. The password still works; so do API tokens.")},
	}
}

func askToRevokeTokens(a cesi.Account) question {
	return question{
		Question: words.Of("Revoke %s of %s?", words.Of("%d API tokens", a.Tokens), plain(a.Name)),
		Verb:     words.Of("Revoke %s", words.Of("%d tokens", a.Tokens)),
		Post:     localURL("users", a.Name, "tokens"), Back: localURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("Scripts that use them are refused from now on.")},
	}
}
