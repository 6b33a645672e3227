package api

import (
	"net/http"

	"cesi/internal/cesi"
	"cesi/internal/server/session"
)

type userJSON struct {
	Name string    `json:"name"`
	Type cesi.Role `json:"type"`
	Role string    `json:"role"`
	// MustChange says that nothing is allowed before the password is changed.
	MustChange bool `json:"must_change_password"`
}

func newUserJSON(u cesi.User) userJSON {
	return userJSON{Name: u.Name, Type: u.Role, Role: u.Role.String(), MustChange: u.MustChange}
}

// Login starts a session.
func (h *Handler) Login(w http.ResponseWriter, r *http.Request) error {
	var credentials struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := readJSON(r, &credentials, false); err != nil {
		return err
	}
	if credentials.Username == "" || credentials.Password == "" {
		return cesi.Errorf(cesi.Invalid, "Please enter a username and a password.")
	}
	if _, err := h.Sessions.Login(w, r, credentials.Username, credentials.Password); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "Valid username/password"})
	return nil
}

// Logout ends the session.
func (h *Handler) Logout(w http.ResponseWriter, r *http.Request) error {
	if err := h.Sessions.Logout(w, r); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "Logout"})
	return nil
}

// ShowProfile returns the user's own account.
func (h *Handler) ShowProfile(w http.ResponseWriter, r *http.Request) error {
	h.WriteJSON(w, http.StatusOK, struct {
		success
		User userJSON `json:"user"`
	}{ok(), newUserJSON(*session.Of(r).User)})
	return nil
}

// ChangePassword changes the user's own password.
func (h *Handler) ChangePassword(w http.ResponseWriter, r *http.Request) error {
	var change struct {
		Old string `json:"oldPassword"`
		New string `json:"newPassword"`
	}
	if err := readJSON(r, &change, false); err != nil {
		return err
	}
	if err := h.Sessions.ChangePassword(w, r, change.Old, change.New); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "The password is changed. All other sessions have ended."})
	return nil
}
