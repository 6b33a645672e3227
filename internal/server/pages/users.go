package pages

import (
	"net/http"
	"strings"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// Users serves the pages on accounts, for administrators.
type Users struct{ *Handler }

// ListUsers lists the accounts.
func (h Users) ListUsers(w http.ResponseWriter, r *http.Request) error {
	base := h.Base(r)
	if r.URL.Query().Get("notice") == "deleted" {
		base.Notice = base.Say("The user is deleted.")
	}
	return h.renderUsers(w, r, base, http.StatusOK, newUserForm{Role: cesi.Viewer}, cesi.Text{}, nil)
}

func (h Users) renderUsers(w http.ResponseWriter, r *http.Request, base view.Base, status int, form newUserForm, problem cesi.Text, made *secret) error {
	accounts, err := h.Auth.Accounts(r.Context())
	if err != nil {
		return err
	}
	return h.Renderer.Render(w, status, "users", newUsersPage(base, accounts, form, problem, made))
}

// AddUser adds a user with the password of the form, or a random one, and shows it. The
// user must change it at the first login, because the administrator knows it too.
func (h Users) AddUser(w http.ResponseWriter, r *http.Request) error {
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
		return h.renderUsers(w, r, h.Base(r), http.StatusOK, newUserForm{Role: cesi.Viewer}, cesi.Text{}, newPasswordSecret(name, password))
	case request.Status(err) == http.StatusInternalServerError:
		return err
	}
	return h.renderUsers(w, r, h.Base(r), request.Status(err), newUserForm{name, role}, cesi.TextOf(err), nil)
}

// passwordOrNew returns the typed password or, if empty, a random one.
func passwordOrNew(typed string) string {
	if typed == "" {
		return auth.NewPassword()
	}
	return typed
}

// usersPage lists the users and adds one.
type usersPage struct {
	view.Base
	Rows    []userRow
	Roles   []roleChoice
	Name    string    // as typed before
	Problem cesi.Text // why no user was added
	Secret  *secret
}

// newUserForm is the input of the form for a new user.
type newUserForm struct {
	Name string
	Role cesi.Role
}

// newUsersPage lists the accounts. Problem says why the form added no user; made is the
// password of an added one.
func newUsersPage(base view.Base, accounts []cesi.Account, form newUserForm, problem cesi.Text, made *secret) usersPage {
	page := usersPage{
		Base: base.At("users", base.Say("Users")), Roles: roleChoices(form.Role),
		Name: form.Name, Problem: problem, Secret: made,
	}
	for _, a := range accounts {
		page.Rows = append(page.Rows, newUserRow(base, a))
	}
	return page
}

// userRow is one user in a list.
type userRow struct {
	RowID      string
	Name, Role string
	Self       bool // it is the present user
	MustChange bool
	Created    view.RelativeTime
	LastLogin  view.RelativeTime
	Sessions   int
	Tokens     int
}

func newUserRow(base view.Base, a cesi.Account) userRow {
	return userRow{
		RowID: view.RowID("user", a.Name), Name: a.Name, Role: a.Role.String(), Self: a.Name == base.User.Name, MustChange: a.MustChange,
		Created: view.NewRelativeTime(base.Now, a.Created), LastLogin: view.NewRelativeTime(base.Now, a.LastLogin),
		Sessions: a.Sessions, Tokens: a.Tokens,
	}
}

// roleChoice is one role to choose.
type roleChoice struct {
	Role   string
	What   cesi.Text
	Chosen bool
}

func roleChoices(chosen cesi.Role) []roleChoice {
	what := map[cesi.Role]cesi.Text{
		cesi.Admin:     cesi.T("everything, users too"),
		cesi.Operator:  cesi.T("starts and stops, reads logs"),
		cesi.LogReader: cesi.T("reads logs"),
		cesi.Viewer:    cesi.T("sees states only"),
	}
	var choices []roleChoice
	for _, role := range cesi.Roles() {
		choices = append(choices, roleChoice{Role: role.String(), What: what[role], Chosen: role == chosen})
	}
	return choices
}

// secret is a text that is shown only once.
type secret struct {
	What   cesi.Text // what it is, as a sentence
	Text   string
	Advice cesi.Text
}

// newPasswordSecret shows the new password of a user.
func newPasswordSecret(user, password string) *secret {
	return &secret{
		What: cesi.T("The password of %s is now", request.Sanitize(user)), Text: password,
		Advice: cesi.T("It is shown only once. It must be changed at the next log-in."),
	}
}
