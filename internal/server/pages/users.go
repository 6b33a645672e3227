package pages

import (
	"net/http"
	"strings"
	"time"

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

// sessionRow is one of the user's own sessions.
type sessionRow struct {
	RowID, ID     string
	Browser       cesi.Text // in short form
	UserAgent     string
	Address       string
	Current       bool
	Created, Seen view.RelativeTime
}

func newSessionRows(now time.Time, sessions []cesi.Session, current string) []sessionRow {
	var rows []sessionRow
	for _, s := range sessions {
		id := s.Token.ID()
		rows = append(rows, sessionRow{
			RowID: view.RowID("session", id), ID: id, Browser: browserOf(s.UserAgent), UserAgent: s.UserAgent, Address: s.Address,
			Current: id == auth.SessionID(current), Created: view.NewRelativeTime(now, s.Created), Seen: view.NewRelativeTime(now, s.LastSeen),
		})
	}
	return rows
}

// tokenRow is an API token, without its secret text.
type tokenRow struct {
	RowID             string
	ID                int64
	Name              string
	Created, LastUsed view.RelativeTime
	Expires           view.RelativeTime
	Expired           bool
}

func newTokenRows(now time.Time, tokens []cesi.Token) []tokenRow {
	var rows []tokenRow
	for _, t := range tokens {
		rows = append(rows, tokenRow{
			RowID: view.RowID("token", t.Name), ID: t.ID, Name: t.Name, Created: view.NewRelativeTime(now, t.Created),
			LastUsed: view.NewRelativeTime(now, t.LastUsed), Expires: view.NewRelativeTime(now, t.Expires), Expired: t.ExpiredAt(now),
		})
	}
	return rows
}

// browserOf describes a User-Agent header in a few words. The text is for users, not
// for programs.
func browserOf(userAgent string) cesi.Text {
	first := func(pairs ...[2]string) string {
		for _, pair := range pairs {
			if strings.Contains(userAgent, pair[0]) {
				return pair[1]
			}
		}
		return ""
	}
	browser := first([2]string{"Edg/", "Edge"}, [2]string{"OPR/", "Opera"}, [2]string{"Firefox/", "Firefox"},
		[2]string{"Chrome/", "Chrome"}, [2]string{"Safari/", "Safari"})
	system := first([2]string{"Android", "Android"}, [2]string{"iPhone", "iPhone"}, [2]string{"iPad", "iPad"},
		[2]string{"Windows", "Windows"}, [2]string{"Mac OS X", "macOS"}, [2]string{"Linux", "Linux"})
	if browser != "" && system != "" {
		return cesi.T("%s on %s", browser, system)
	}
	if browser == "" {
		browser, _, _ = strings.Cut(userAgent, " ")
	}
	if browser == "" {
		return cesi.T("an unknown program")
	}
	return cesi.Raw(request.Sanitize(browser))
}
