package pages

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// ShowUser shows one account, its sessions and its API tokens.
func (h Users) ShowUser(w http.ResponseWriter, r *http.Request) error {
	base := h.Base(r)
	switch r.URL.Query().Get("notice") {
	case "role":
		base.Notice = base.Say("The role is changed.")
	case "sessions":
		base.Notice = base.Say("All sessions have ended.")
	case "tokens":
		base.Notice = base.Say("All API tokens are revoked.")
	}
	return h.renderUser(w, r, base, nil, nil)
}

// renderUser shows the user of the path, with an error or a new secret.
func (h Users) renderUser(w http.ResponseWriter, r *http.Request, base view.Base, failure error, made *secret) error {
	account, err := h.account(r)
	if err != nil {
		return err
	}
	tokens, err := h.Auth.Tokens(r.Context(), account.Name)
	if err != nil {
		return err
	}
	status, problem := http.StatusOK, cesi.Text{}
	if failure != nil {
		status, problem = request.Status(failure), cesi.TextOf(failure)
	}
	return h.Renderer.Render(w, status, "user", newUserPage(base, account, tokens, problem, made))
}

// account finds the user of the path.
func (h Users) account(r *http.Request) (cesi.Account, error) {
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

// afterUserChange leads to the next page after a change of a user, or shows why it
// failed.
func (h Users) afterUserChange(w http.ResponseWriter, r *http.Request, err error, next string) error {
	switch {
	case err == nil:
		h.Requests.Redirect(w, r, next)
		return nil
	case request.Status(err) == http.StatusConflict || request.Status(err) == http.StatusBadRequest:
		return h.renderUser(w, r, h.Base(r), err, nil)
	default:
		return err
	}
}

// SetRole changes the role of an account.
func (h Users) SetRole(w http.ResponseWriter, r *http.Request) error {
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
	return h.afterUserChange(w, r, err, next)
}

// ResetPassword sets the user's password to that of the form, or to a random one, and
// shows it.
func (h Users) ResetPassword(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name, password := request.Param(r, "user"), passwordOrNew(r.PostForm.Get("password"))
	if err := h.Auth.SetPassword(r.Context(), session.ActorOf(r), name, password, true); err != nil {
		return h.afterUserChange(w, r, err, "")
	}
	return h.renderUser(w, r, h.Base(r), nil, newPasswordSecret(name, password))
}

// DeleteUser removes an account.
func (h Users) DeleteUser(w http.ResponseWriter, r *http.Request) error {
	return h.afterUserChange(w, r, h.Auth.DeleteUser(r.Context(), session.ActorOf(r), request.Param(r, "user")), "/users?notice=deleted")
}

// EndSessions ends all sessions of an account.
func (h Users) EndSessions(w http.ResponseWriter, r *http.Request) error {
	name := request.Param(r, "user")
	return h.afterUserChange(w, r, h.Auth.EndSessions(r.Context(), session.ActorOf(r), name), request.LocalURL("users", name)+"?notice=sessions")
}

// RevokeTokens revokes all API tokens of an account.
func (h Users) RevokeTokens(w http.ResponseWriter, r *http.Request) error {
	name := request.Param(r, "user")
	return h.afterUserChange(w, r, h.Auth.RevokeTokens(r.Context(), session.ActorOf(r), name), request.LocalURL("users", name)+"?notice=tokens")
}

// ConfirmUserAction asks for the confirmation of a change of the path's user.
func (h Users) ConfirmUserAction(ask func(cesi.Account) view.Confirmation) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		account, err := h.account(r)
		if err != nil {
			return err
		}
		return h.Renderer.Render(w, http.StatusOK, "question", view.NewQuestionPage(h.Base(r), "users", ask(account)))
	}
}

// AskToDelete asks before an account is deleted.
func AskToDelete(a cesi.Account) view.Confirmation {
	return view.Confirmation{
		Question: cesi.T("Delete %s?", request.Sanitize(a.Name)), Verb: cesi.T("Delete %s", request.Sanitize(a.Name)),
		Post: request.LocalURL("users", a.Name, "delete"), Back: request.LocalURL("users", a.Name),
		Remarks: []cesi.Text{cesi.T("The account, its sessions and its API tokens are removed at once. Its entries in the activity log stay.")},
	}
}

// AskToEndSessions asks before the sessions of an account end.
func AskToEndSessions(a cesi.Account) view.Confirmation {
	sessions := cesi.T("%d sessions", a.Sessions)
	return view.Confirmation{
		Question: cesi.T("End %s of %s?", sessions, request.Sanitize(a.Name)), Verb: cesi.T("End %s", sessions),
		Post: request.LocalURL("users", a.Name, "sessions"), Back: request.LocalURL("users", a.Name),
		Remarks: []cesi.Text{cesi.T("The user is logged out in every browser at once. The password and API tokens still work.")},
	}
}

// AskToRevokeTokens asks before the API tokens of an account are revoked.
func AskToRevokeTokens(a cesi.Account) view.Confirmation {
	return view.Confirmation{
		Question: cesi.T("Revoke %s of %s?", cesi.T("%d API tokens", a.Tokens), request.Sanitize(a.Name)),
		Verb:     cesi.T("Revoke %s", cesi.T("%d tokens", a.Tokens)),
		Post:     request.LocalURL("users", a.Name, "tokens"), Back: request.LocalURL("users", a.Name),
		Remarks: []cesi.Text{cesi.T("Scripts that use them are refused from now on.")},
	}
}

// userPage is one user, with the possible changes.
type userPage struct {
	view.Base
	userRow
	Roles   []roleChoice
	Tokens  []tokenRow
	Problem cesi.Text // why the last change was refused
	Secret  *secret
}

func newUserPage(base view.Base, a cesi.Account, tokens []cesi.Token, problem cesi.Text, made *secret) userPage {
	return userPage{
		Base: base.At("users", a.Name), userRow: newUserRow(base, a), Roles: roleChoices(a.Role),
		Tokens: newTokenRows(base.Now, tokens), Problem: problem, Secret: made,
	}
}
