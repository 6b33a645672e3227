package server

import (
	"net/http"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// apiSession is one of the user's own sessions.
type apiSession struct {
	ID        string    `json:"id"`
	Current   bool      `json:"current"`
	Created   time.Time `json:"created"`
	LastSeen  time.Time `json:"last_seen"`
	Expires   time.Time `json:"expires"`
	Address   string    `json:"address"`
	UserAgent string    `json:"user_agent"`
}

// apiToken is one of the user's own API tokens, without what it is.
type apiToken struct {
	ID       int64      `json:"id"`
	Name     string     `json:"name"`
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires"`   // null: never
	LastUsed *time.Time `json:"last_used"` // null: never
}

func newAPIToken(t cesi.Token) apiToken {
	return apiToken{ID: t.ID, Name: t.Name, Created: t.Created, Expires: moment(t.Expires), LastUsed: moment(t.LastUsed)}
}

// moment is a time for JSON: null where it is zero.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *apiHandler) apiSessions(w http.ResponseWriter, r *http.Request) error {
	v := session.Of(r)
	sessions, err := h.Auth.Sessions(r.Context(), v.User.Name)
	if err != nil {
		return err
	}
	list := make([]apiSession, len(sessions))
	for i, own := range sessions {
		list[i] = apiSession{
			ID: own.Token.ID(), Current: own.Token.ID() == auth.SessionID(v.Token), Created: own.Created,
			LastSeen: own.LastSeen, Expires: own.Expires, Address: own.Address, UserAgent: own.UserAgent,
		}
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Sessions []apiSession `json:"sessions"`
	}{ok(), list})
	return nil
}

func (h *apiHandler) apiEndSession(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndSession(r.Context(), session.ActorOf(r), request.Param(r, "id")); err != nil {
		return err
	}
	h.writeJSON(w, http.StatusOK, apiMessage{ok(), "The session has ended."})
	return nil
}

func (h *apiHandler) apiEndOtherSessions(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndOtherSessions(r.Context(), session.ActorOf(r), session.Of(r).Token); err != nil {
		return err
	}
	h.writeJSON(w, http.StatusOK, apiMessage{ok(), "All other sessions have ended."})
	return nil
}

func (h *apiHandler) apiTokens(w http.ResponseWriter, r *http.Request) error {
	tokens, err := h.Auth.Tokens(r.Context(), session.Of(r).User.Name)
	if err != nil {
		return err
	}
	list := make([]apiToken, len(tokens))
	for i, token := range tokens {
		list[i] = newAPIToken(token)
	}
	h.writeJSON(w, http.StatusOK, struct {
		success
		Tokens []apiToken `json:"tokens"`
	}{ok(), list})
	return nil
}

// apiExpiry is when a token is to end; zero where a body has none, or null.
type apiExpiry struct {
	time.Time
}

// UnmarshalJSON reads a time; the error is an Invalid one.
func (a *apiExpiry) UnmarshalJSON(text []byte) error {
	if err := a.Time.UnmarshalJSON(text); err != nil {
		return cesi.Wrap(cesi.Invalid, err, "expires: want a time such as 2026-12-01T00:00:00Z")
	}
	return nil
}

// apiAddToken makes a token. What it is, is in this answer and nowhere else.
func (h *apiHandler) apiAddToken(w http.ResponseWriter, r *http.Request) error {
	var wanted struct {
		Name    string    `json:"name"`
		Expires apiExpiry `json:"expires"`
	}
	if err := readStrictJSON(r, &wanted); err != nil { // or a misspelt expires makes one that lasts for ever
		return err
	}
	text, token, err := h.Auth.AddToken(r.Context(), session.ActorOf(r), wanted.Name, wanted.Expires.Time)
	if err != nil {
		return err
	}
	h.writeJSON(w, http.StatusOK, struct {
		apiMessage
		Token string `json:"token"`
		apiToken
	}{apiMessage{ok(), "This is the only time that the token is shown."}, text, newAPIToken(token)})
	return nil
}

func (h *apiHandler) apiRevokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := request.TokenID(request.Param(r, "id"))
	if err != nil {
		return err
	}
	if err := h.Auth.RevokeToken(r.Context(), session.ActorOf(r), id); err != nil {
		return err
	}
	h.writeJSON(w, http.StatusOK, apiMessage{ok(), "The token is revoked."})
	return nil
}
