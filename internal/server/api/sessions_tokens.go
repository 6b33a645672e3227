package api

import (
	"net/http"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// sessionJSON is one of the user's own sessions.
type sessionJSON struct {
	ID        string    `json:"id"`
	Current   bool      `json:"current"`
	Created   time.Time `json:"created"`
	LastSeen  time.Time `json:"last_seen"`
	Expires   time.Time `json:"expires"`
	Address   string    `json:"address"`
	UserAgent string    `json:"user_agent"`
}

// tokenJSON is one of the user's own API tokens, without its secret text.
type tokenJSON struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires"`   // null: never
	LastUsed *time.Time `json:"last_used"` // null: never
}

func newTokenJSON(t cesi.Token) tokenJSON {
	return tokenJSON{ID: t.ID, Name: t.Name, Created: t.Created, Expires: moment(t.Expires), LastUsed: moment(t.LastUsed)}
}

// moment returns a time for JSON: null if it is zero.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ListSessions lists the user's own sessions.
func (h *Handler) ListSessions(w http.ResponseWriter, r *http.Request) error {
	v := session.Of(r)
	sessions, err := h.Auth.Sessions(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	list := make([]sessionJSON, len(sessions))
	for i, own := range sessions {
		list[i] = sessionJSON{
			ID: own.Token.ID(), Current: own.Token.ID() == auth.SessionID(v.Token), Created: own.Created,
			LastSeen: own.LastSeen, Expires: own.Expires, Address: own.Address, UserAgent: own.UserAgent,
		}
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Sessions []sessionJSON `json:"sessions"`
	}{ok(), list})
	return nil
}

// EndSession ends one of the user's own sessions.
func (h *Handler) EndSession(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndSession(r.Context(), session.ActorOf(r), request.Param(r, "id")); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "The session has ended."})
	return nil
}

// EndOtherSessions ends all of the user's own sessions but the present one.
func (h *Handler) EndOtherSessions(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndOtherSessions(r.Context(), session.ActorOf(r), session.Of(r).Token); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "All other sessions have ended."})
	return nil
}

// ListTokens lists the user's own API tokens.
func (h *Handler) ListTokens(w http.ResponseWriter, r *http.Request) error {
	tokens, err := h.Auth.Tokens(r.Context(), session.Of(r).User.Name)
	if err != nil {
		return err
	}
	list := make([]tokenJSON, len(tokens))
	for i, token := range tokens {
		list[i] = newTokenJSON(token)
	}
	h.WriteJSON(w, http.StatusOK, struct {
		success
		Tokens []tokenJSON `json:"tokens"`
	}{ok(), list})
	return nil
}

// expiryJSON is when a token expires; zero if missing or null.
type expiryJSON struct {
	time.Time
}

// UnmarshalJSON reads a time; its error is Invalid.
func (a *expiryJSON) UnmarshalJSON(text []byte) error {
	if err := a.Time.UnmarshalJSON(text); err != nil {
		return cesi.Wrap(cesi.Invalid, err, "expires: want a time such as 2026-12-01T00:00:00Z")
	}
	return nil
}

// AddToken makes a token. Its text is only in this reply.
func (h *Handler) AddToken(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		Name    string     `json:"name"`
		Expires expiryJSON `json:"expires"`
	}
	if err := readStrictJSON(r, &wanted); err != nil { // a misspelt expires must not make a token that lasts for ever
		return err
	}
	text, token, err := h.Auth.AddToken(r.Context(), session.ActorOf(r), wanted.Name, wanted.Expires.Time)
	if err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, struct {
		messageJSON
		Token string `json:"token"`
		tokenJSON
	}{messageJSON{ok(), "This is the only time that the token is shown."}, text, newTokenJSON(token)})
	return nil
}

// RevokeToken revokes one of the user's own API tokens.
func (h *Handler) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := request.TokenID(request.Param(r, "id"))
	if err != nil {
		return err
	}
	if err := h.Auth.RevokeToken(r.Context(), session.ActorOf(r), id); err != nil {
		return err
	}
	h.WriteJSON(w, http.StatusOK, messageJSON{ok(), "The token is revoked."})
	return nil
}
