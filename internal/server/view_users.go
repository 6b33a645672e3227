package server

import (
	"strings"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/words"
)

// usersPage lists the users and adds one.
type usersPage struct {
	view.Base
	Rows    []userRow
	Roles   []roleChoice
	Name    string // as typed before
	Problem string // why nobody was added
	Secret  *secret
}

// newUserForm is what was typed to add a user.
type newUserForm struct {
	Name string
	Role cesi.Role
}

// newUsersPage lists the accounts. Problem says why nobody was added by the form;
// secret is the password of whom it has added.
func newUsersPage(base view.Base, accounts []cesi.Account, form newUserForm, problem string, made *secret) usersPage {
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
	Self       bool // it is the one who looks
	MustChange bool
	Created    moments
	LastLogin  moments
	Sessions   int
	Tokens     int
}

func newUserRow(base view.Base, a cesi.Account) userRow {
	return userRow{
		RowID: view.RowID("user", a.Name), Name: a.Name, Role: a.Role.String(), Self: a.Name == base.User.Name, MustChange: a.MustChange,
		Created: newMoments(base.Now, a.Created), LastLogin: newMoments(base.Now, a.LastLogin),
		Sessions: a.Sessions, Tokens: a.Tokens,
	}
}

// moments is a time in two ways: how far away, and exactly.
type moments struct {
	Time  time.Time // zero: never
	Words words.Phrase
}

// newMoments says when something was, or will be.
func newMoments(now, t time.Time) moments {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return moments{}
	case d <= -24*time.Hour:
		return moments{t, words.Of("on %s", words.At("2 Jan 2006", t.In(now.Location())))}
	case d < 0:
		return moments{t, words.Of("in %v", view.FormatElapsed(-d))} // %s is for how long something took
	case d < time.Minute:
		return moments{t, words.Of("just now")}
	case d < 48*time.Hour:
		return moments{t, words.Of("%s ago", view.FormatElapsed(d))}
	default:
		return moments{t, words.Of("%s ago", view.FormatElapsed(d.Truncate(24*time.Hour)))}
	}
}

// roleChoice is one role to choose.
type roleChoice struct {
	Role   string
	What   words.Phrase
	Chosen bool
}

func roleChoices(chosen cesi.Role) []roleChoice {
	what := map[cesi.Role]words.Phrase{
		cesi.Admin:     words.Of("everything, users too"),
		cesi.Operator:  words.Of("starts and stops, reads logs"),
		cesi.LogReader: words.Of("reads logs"),
		cesi.Viewer:    words.Of("sees states only"),
	}
	var choices []roleChoice
	for _, role := range cesi.Roles() {
		choices = append(choices, roleChoice{Role: role.String(), What: what[role], Chosen: role == chosen})
	}
	return choices
}

// userPage is one user, with what can be changed.
type userPage struct {
	view.Base
	userRow
	Roles   []roleChoice
	Tokens  []tokenRow
	Problem string // why the last change was refused
	Secret  *secret
}

func newUserPage(base view.Base, a cesi.Account, tokens []cesi.Token, problem string, made *secret) userPage {
	return userPage{
		Base: base.At("users", a.Name), userRow: newUserRow(base, a), Roles: roleChoices(a.Role),
		Tokens: newTokenRows(base.Now, tokens), Problem: problem, Secret: made,
	}
}

// secret is a text that a page shows this once.
type secret struct {
	What   words.Phrase // what it is, as a sentence
	Text   string
	Advice words.Phrase
}

// newPasswordSecret shows the password that somebody has chosen for a user.
func newPasswordSecret(user, password string) *secret {
	return &secret{
		What: words.Of("The password of %s is now", request.Sanitize(user)), Text: password,
		Advice: words.Of("It is shown this once. It has to be changed at the next log-in."),
	}
}

// sessionRow is one of the user's own sessions.
type sessionRow struct {
	RowID, ID     string
	Browser       words.Phrase // in short
	UserAgent     string
	Address       string
	Current       bool
	Created, Seen moments
}

func newSessionRows(now time.Time, sessions []cesi.Session, current string) []sessionRow {
	var rows []sessionRow
	for _, s := range sessions {
		id := s.Token.ID()
		rows = append(rows, sessionRow{
			RowID: view.RowID("session", id), ID: id, Browser: browserOf(s.UserAgent), UserAgent: s.UserAgent, Address: s.Address,
			Current: id == auth.SessionID(current), Created: newMoments(now, s.Created), Seen: newMoments(now, s.LastSeen),
		})
	}
	return rows
}

// tokenRow is an API token, without what it is.
type tokenRow struct {
	RowID             string
	ID                int64
	Name              string
	Created, LastUsed moments
	Expires           moments
	Expired           bool
}

func newTokenRows(now time.Time, tokens []cesi.Token) []tokenRow {
	var rows []tokenRow
	for _, t := range tokens {
		rows = append(rows, tokenRow{
			RowID: view.RowID("token", t.Name), ID: t.ID, Name: t.Name, Created: newMoments(now, t.Created),
			LastUsed: newMoments(now, t.LastUsed), Expires: newMoments(now, t.Expires), Expired: t.ExpiredAt(now),
		})
	}
	return rows
}

// browserOf says in a few words what a User-Agent header means: who wrote it is
// for people to tell apart, not for programs to rely on.
func browserOf(userAgent string) words.Phrase {
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
		return words.Of("%s on %s", browser, system)
	}
	if browser == "" {
		browser, _, _ = strings.Cut(userAgent, " ")
	}
	if browser == "" {
		return words.Of("an unknown program")
	}
	return words.Verbatim(request.Sanitize(browser))
}
