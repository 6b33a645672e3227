package pages

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
	"cesi/internal/server/view"
)

// EndSession ends one of the user's own sessions.
func (h Account) EndSession(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndSession(r.Context(), session.ActorOf(r), request.Param(r, "id")); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/profile?notice=session#sessions")
	return nil
}

// EndOtherSessions ends all of the user's own sessions but the present one.
func (h Account) EndOtherSessions(w http.ResponseWriter, r *http.Request) error {
	if err := h.Auth.EndOtherSessions(r.Context(), session.ActorOf(r), session.Of(r).Token); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/profile?notice=sessions#sessions")
	return nil
}

// AddToken adds an API token and shows it.
func (h Account) AddToken(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return request.BodyError(err)
	}
	name := strings.TrimSpace(r.PostForm.Get("name"))
	expires, err := h.expiry(r.PostForm.Get("days"))
	var text string
	if err == nil {
		text, _, err = h.Auth.AddToken(r.Context(), session.ActorOf(r), name, expires)
	}
	switch {
	case err == nil:
		return h.renderProfile(w, r, h.Base(r), http.StatusOK, profileFacts{Secret: newTokenSecret(name, text)})
	case request.Status(err) == http.StatusInternalServerError:
		return err
	}
	return h.renderProfile(w, r, h.Base(r), request.Status(err), profileFacts{TokenProblem: cesi.TextOf(err), TokenName: name})
}

// expiry returns when a token with a lifetime of that many days expires; 0 is never.
func (h Account) expiry(days string) (time.Time, error) {
	n, err := strconv.Atoi(days)
	switch {
	case err != nil || n < 0 || n > 3650:
		return time.Time{}, cesi.Errorf(cesi.Invalid, "a token lasts 0 (for ever) to 3650 days, not %q", days)
	case n == 0:
		return time.Time{}, nil
	default:
		return h.Now().AddDate(0, 0, n), nil
	}
}

func newTokenSecret(name, text string) *secret {
	return &secret{
		What: cesi.T("The API token %s is", request.Sanitize(name)), Text: text,
		Advice: cesi.T("It is shown only once. It gives your permissions to anyone who has it: keep it like a password."),
	}
}

// ConfirmRevoke asks before one of the user's own tokens is revoked.
func (h Account) ConfirmRevoke(w http.ResponseWriter, r *http.Request) error {
	tokens, err := h.Auth.Tokens(r.Context(), session.Of(r).User.Name)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if id := strconv.FormatInt(t.ID, 10); id == request.Param(r, "id") {
			return h.Renderer.Render(w, http.StatusOK, "question", view.NewQuestionPage(h.Base(r), "profile", view.Confirmation{
				Question: cesi.T("Revoke the API token %s?", request.Sanitize(t.Name)), Verb: cesi.T("Revoke %s", request.Sanitize(t.Name)),
				Post: request.LocalURL("profile", "tokens", id, "revoke"), Back: "/profile",
				Remarks: []cesi.Text{cesi.T("Scripts that use it are refused from now on.")},
			}))
		}
	}
	return cesi.Errorf(cesi.NotFound, "there is no such token")
}

// RevokeToken revokes one of the user's own API tokens.
func (h Account) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := request.TokenID(request.Param(r, "id"))
	if err != nil {
		return err
	}
	if err := h.Auth.RevokeToken(r.Context(), session.ActorOf(r), id); err != nil {
		return err
	}
	h.Requests.Redirect(w, r, "/profile?notice=token#tokens")
	return nil
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
