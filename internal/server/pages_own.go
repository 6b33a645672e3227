package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/words"
)

func (s *Server) endSessionForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.opts.Auth.EndSession(r.Context(), s.actor(r), param(r, "id")); err != nil {
		return err
	}
	s.redirect(w, r, "/profile?notice=session#sessions")
	return nil
}

func (s *Server) endOtherSessionsForm(w http.ResponseWriter, r *http.Request) error {
	if err := s.opts.Auth.EndOtherSessions(r.Context(), s.actor(r), visitorOf(r).token); err != nil {
		return err
	}
	s.redirect(w, r, "/profile?notice=sessions#sessions")
	return nil
}

// addTokenForm makes an API token and shows it.
func (s *Server) addTokenForm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return tooLarge(err)
	}
	name := strings.TrimSpace(r.PostForm.Get("name"))
	expires, err := s.expiry(r.PostForm.Get("days"))
	var text string
	if err == nil {
		text, _, err = s.opts.Auth.AddToken(r.Context(), s.actor(r), name, expires)
	}
	switch {
	case err == nil:
		return s.showProfile(w, r, s.base(r), http.StatusOK, profileFacts{Secret: newTokenSecret(name, text)})
	case statusOf(err) == http.StatusInternalServerError:
		return err
	}
	return s.showProfile(w, r, s.base(r), statusOf(err), profileFacts{TokenProblem: cesi.Sentence(err), TokenName: name})
}

// expiry is when a token ends that is to last for so many days; 0 is never.
func (s *Server) expiry(days string) (time.Time, error) {
	n, err := strconv.Atoi(days)
	switch {
	case err != nil || n < 0 || n > 3650:
		return time.Time{}, cesi.Errorf(cesi.Invalid, "a token lasts 0 (for ever) to 3650 days, not %q", days)
	case n == 0:
		return time.Time{}, nil
	default:
		return s.opts.Now().AddDate(0, 0, n), nil
	}
}

func newTokenSecret(name, text string) *secret {
	return &secret{
		What: words.Of("The API token %s is", plain(name)), Text: text,
		Advice: words.Of("It is shown this once. Whoever has it may do what you may: keep it like a password."),
	}
}

// askToRevoke asks before one of the visitor's own tokens is revoked.
func (s *Server) askToRevoke(w http.ResponseWriter, r *http.Request) error {
	tokens, err := s.opts.Auth.Tokens(r.Context(), visitorOf(r).user.Name)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if id := strconv.FormatInt(t.ID, 10); id == param(r, "id") {
			return s.pages.render(w, http.StatusOK, "question", newQuestionPage(s.base(r), "profile", question{
				Question: words.Of("Revoke the API token %s?", plain(t.Name)), Verb: words.Of("Revoke %s", plain(t.Name)),
				Post: localURL("profile", "tokens", id, "revoke"), Back: "/profile",
				Remarks: []words.Phrase{words.Of("Scripts that use it are refused from now on.")},
			}))
		}
	}
	return cesi.Errorf(cesi.NotFound, "there is no such token")
}

func (s *Server) revokeTokenForm(w http.ResponseWriter, r *http.Request) error {
	id, err := tokenID(param(r, "id"))
	if err != nil {
		return err
	}
	if err := s.opts.Auth.RevokeToken(r.Context(), s.actor(r), id); err != nil {
		return err
	}
	s.redirect(w, r, "/profile?notice=token#tokens")
	return nil
}
