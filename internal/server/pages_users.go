package server

import (
	"net/http"
	"strings"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

func (h *pagesHandler) usersPage(w http.ResponseWriter, r *http.Request) error {
	base := h.base(r)
	if r.URL.Query().Get("notice") == "deleted" {
		base.Notice = base.Say("The user is deleted.")
	}
	return h.showUsers(w, r, base, http.StatusOK, newUserForm{Role: cesi.Viewer}, "", nil)
}

func (h *pagesHandler) showUsers(w http.ResponseWriter, r *http.Request, base view.Base, status int, form newUserForm, problem string, made *secret) error {
	accounts, err := h.Auth.Accounts(r.Context())
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, status, "users", newUsersPage(base, accounts, form, problem, made))
}

// addUserForm adds a user with the password of the form, or one that is made up,
// and shows it. It has to be changed at the first login: two people know it.
func (h *pagesHandler) addUserForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name, password := strings.TrimSpace(r.PostForm.Get("username")), passwordOrNew(r.PostForm.Get("password"))
	role, err := cesi.ParseRole(r.PostForm.Get("role"))
	if err == nil {
		err = h.Auth.AddUser(r.Context(), session.ActorOf(r), name, password, role, true)
	}
	switch {
	case err == nil:
		return h.showUsers(w, r, h.base(r), http.StatusOK, newUserForm{Role: cesi.Viewer}, "", newPasswordSecret(name, password))
	case request.Status(err) == http.StatusInternalServerError:
		return err
	}
	return h.showUsers(w, r, h.base(r), request.Status(err), newUserForm{name, role}, cesi.Sentence(err), nil)
}

// passwordOrNew is the password that was typed or, where none was, a new one.
func passwordOrNew(typed string) string {
	if typed == "" {
		return auth.NewPassword()
	}
	return typed
}

func (h *pagesHandler) userPage(w http.ResponseWriter, r *http.Request) error {
	base := h.base(r)
	switch r.URL.Query().Get("notice") {
	case "role":
		base.Notice = base.Say("The role is changed. It is in force now.")
	case "sessions":
		base.Notice = base.Say("All sessions have ended.")
	case "tokens":
		base.Notice = base.Say("All API tokens are revoked.")
	}
	return h.showUser(w, r, base, nil, nil)
}

// showUser shows the user of the path, with what went wrong or what is shown once.
func (h *pagesHandler) showUser(w http.ResponseWriter, r *http.Request, base view.Base, failure error, made *secret) error {
	account, err := h.account(r)
	if err != nil {
		return err
	}
	tokens, err := h.Auth.Tokens(r.Context(), account.Name)
	if err != nil {
		return err
	}
	status, problem := http.StatusOK, ""
	if failure != nil {
		status, problem = request.Status(failure), cesi.Sentence(failure)
	}
	return h.Renderer.Render(w, status, "user", newUserPage(base, account, tokens, problem, made))
}

// account finds the user of the path.
func (h *pagesHandler) account(r *http.Request) (cesi.Account, error) {
	name := request.Param(r, "user")
	accounts, err := h.Auth.Accounts(r.Context())
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
func (h *pagesHandler) changed(w http.ResponseWriter, r *http.Request, err error, next string) error {
	switch {
	case err == nil:
		h.Requests.Redirect(w, r, next)
		return nil
	case request.Status(err) == http.StatusConflict || request.Status(err) == http.StatusBadRequest:
		return h.showUser(w, r, h.base(r), err, nil)
	default:
		return err
	}
}

func (h *pagesHandler) roleForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name := request.Param(r, "user")
	role, err := cesi.ParseRole(r.PostForm.Get("role"))
	if err == nil {
		err = h.Auth.SetRole(r.Context(), session.ActorOf(r), name, role)
	}
	next := request.LocalURL("users", name) + "?notice=role"
	if cesi.SameUserName(name, session.Of(r).User.Name) && !role.Can(cesi.ManageUsers) {
		next = "/profile?notice=role"
	}
	return h.changed(w, r, err, next)
}

// resetPasswordForm gives a user the password of the form, or a new one, and
// shows it.
func (h *pagesHandler) resetPasswordForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name, password := request.Param(r, "user"), passwordOrNew(r.PostForm.Get("password"))
	if err := h.Auth.SetPassword(r.Context(), session.ActorOf(r), name, password, true); err != nil {
		return h.changed(w, r, err, "")
	}
	return h.showUser(w, r, h.base(r), nil, newPasswordSecret(name, password))
}

func (h *pagesHandler) deleteUserForm(w http.ResponseWriter, r *http.Request) error {
	return h.changed(w, r, h.Auth.DeleteUser(r.Context(), session.ActorOf(r), request.Param(r, "user")), "/users?notice=deleted")
}

func (h *pagesHandler) endSessionsForm(w http.ResponseWriter, r *http.Request) error {
	name := request.Param(r, "user")
	return h.changed(w, r, h.Auth.EndSessions(r.Context(), session.ActorOf(r), name), request.LocalURL("users", name)+"?notice=sessions")
}

func (h *pagesHandler) revokeTokensForm(w http.ResponseWriter, r *http.Request) error {
	name := request.Param(r, "user")
	return h.changed(w, r, h.Auth.RevokeTokens(r.Context(), session.ActorOf(r), name), request.LocalURL("users", name)+"?notice=tokens")
}

// askAbout serves the question before a change of the path's user.
func (h *pagesHandler) askAbout(ask func(cesi.Account) view.Confirmation) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		account, err := h.account(r)
		if err != nil {
			return err
		}
		return h.Renderer.Render(w, http.StatusOK, "question", view.NewQuestionPage(h.base(r), "users", ask(account)))
	}
}

func askToDelete(a cesi.Account) view.Confirmation {
	return view.Confirmation{
		Question: words.Of("Delete %s?", request.Sanitize(a.Name)), Verb: words.Of("Delete %s", request.Sanitize(a.Name)),
		Post: request.LocalURL("users", a.Name, "delete"), Back: request.LocalURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("The account, its sessions and its API tokens are gone at once. What the user did stays in the activity log.")},
	}
}

func askToEndSessions(a cesi.Account) view.Confirmation {
	sessions := words.Of("%d sessions", a.Sessions)
	return view.Confirmation{
		Question: words.Of("End %s of %s?", sessions, request.Sanitize(a.Name)), Verb: words.Of("End %s", sessions),
		Post: request.LocalURL("users", a.Name, "sessions"), Back: request.LocalURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("Every browser in which the user is logged in is logged out at once. The password still works; so do API tokens.")},
	}
}

func askToRevokeTokens(a cesi.Account) view.Confirmation {
	return view.Confirmation{
		Question: words.Of("Revoke %s of %s?", words.Of("%d API tokens", a.Tokens), request.Sanitize(a.Name)),
		Verb:     words.Of("Revoke %s", words.Of("%d tokens", a.Tokens)),
		Post:     request.LocalURL("users", a.Name, "tokens"), Back: request.LocalURL("users", a.Name),
		Remarks: []words.Phrase{words.Of("Scripts that use them are refused from now on.")},
	}
}
