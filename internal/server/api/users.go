package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// accountJSON is a user for administrators. Name and type are CeSi's.
type accountJSON struct {
	userJSON
	Created   time.Time  `json:"created"`
	LastLogin *time.Time `json:"last_login"` // null: never
	Sessions  int        `json:"sessions"`
	Tokens    int        `json:"tokens"`
}

// roleJSON is a role in a request: CeSi's number, also in quotes, or a name.
type roleJSON struct{ cesi.Role }

// UnmarshalJSON reads a role; its error is Invalid.
func (a *roleJSON) UnmarshalJSON(text []byte) (err error) {
	word := string(text)
	if json.Unmarshal(text, &word) != nil {
		word = string(text)
	}
	a.Role, err = roleOf(word)
	return err
}

// roleOf reads a role's name or number.
func roleOf(word string) (cesi.Role, error) {
	for _, role := range cesi.Roles() {
		if word == strconv.Itoa(int(role)) {
			return role, nil
		}
	}
	return cesi.ParseRole(word)
}

// ListUsers lists the accounts.
func (h *Handler) ListUsers(w http.ResponseWriter, r *http.Request) error {
	accounts, err := h.Auth.Accounts(r.Context())
	if err != nil {
		return err
	}
	list := make([]accountJSON, len(accounts))
	for i, a := range accounts {
		list[i] = accountJSON{userJSON: newUserJSON(a.User), Created: a.Created, LastLogin: moment(a.LastLogin),
			Sessions: a.Sessions, Tokens: a.Tokens}
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Users []accountJSON `json:"users"`
	}{ok(), list})
	return nil
}

// AddUser adds a user as CeSi does. With must_change_password the password must be
// changed at the first login.
func (h *Handler) AddUser(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		Username   string    `json:"username"`
		Password   string    `json:"password"`
		UserType   *roleJSON `json:"usertype"`
		MustChange bool      `json:"must_change_password"`
	}
	if err := readJSON(r, &wanted, false); err != nil {
		return err
	}
	if wanted.Username == "" || wanted.Password == "" || wanted.UserType == nil {
		return cesi.Errorf(cesi.Invalid, "a user needs a username, a password and a usertype (0 to %d)", int(cesi.Viewer))
	}
	err := h.Auth.AddUser(r.Context(), session.ActorOf(r), wanted.Username, wanted.Password, wanted.UserType.Role, wanted.MustChange)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "User added"})
	return nil
}

// DeleteUser removes an account.
func (h *Handler) DeleteUser(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.DeleteUser(r.Context(), session.ActorOf(r), request.Param(r, "user")); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "User deleted"})
	return nil
}

// SetRole changes the role of an account.
func (h *Handler) SetRole(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		UserType *roleJSON `json:"usertype"`
		Role     *roleJSON `json:"role"`
	}
	if err := readJSON(r, &wanted, false); err != nil {
		return err
	}
	if wanted.Role == nil {
		wanted.Role = wanted.UserType
	}
	if wanted.Role == nil {
		return cesi.Errorf(cesi.Invalid, "name the usertype (0 to %d)", int(cesi.Viewer))
	}
	if err := h.Auth.SetRole(r.Context(), session.ActorOf(r), request.Param(r, "user"), wanted.Role.Role); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "The role is " + wanted.Role.String() + " now."})
	return nil
}

// SetPassword sets a user's password, a random one unless the request names one. It
// must be changed at the next login unless the request says otherwise.
func (h *Handler) SetPassword(w http.ResponseWriter, r *http.Request) error {
	wanted := struct {
		Password   string `json:"password"`
		MustChange bool   `json:"must_change_password"`
	}{MustChange: true}
	if err := readJSON(r, &wanted, true); err != nil {
		return err
	}
	made := ""
	if wanted.Password == "" {
		made = auth.NewPassword()
		wanted.Password = made
	}
	if err := h.Auth.SetPassword(r.Context(), session.ActorOf(r), request.Param(r, "user"), wanted.Password, wanted.MustChange); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		messageJSON
		Password string `json:"password,omitempty"`
	}{messageJSON{ok(), "The password is set. All sessions and API tokens of the user have ended."}, made})
	return nil
}

// EndSessionsOf ends all sessions of an account.
func (h *Handler) EndSessionsOf(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndSessions(r.Context(), session.ActorOf(r), request.Param(r, "user")); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "All sessions of the user have ended."})
	return nil
}

// RevokeTokensOf revokes all API tokens of an account.
func (h *Handler) RevokeTokensOf(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.RevokeTokens(r.Context(), session.ActorOf(r), request.Param(r, "user")); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "All API tokens of the user are revoked."})
	return nil
}
