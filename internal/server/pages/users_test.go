package pages

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// sampleAccounts are users of every kind; the first is the present user.
func sampleAccounts() []cesi.Account {
	ago := func(d time.Duration) time.Time { return fleettest.Now.Add(-d) }
	account := func(id int64, name string, role cesi.Role, login time.Time, sessions, tokens int) cesi.Account {
		return cesi.Account{
			User:     cesi.User{ID: id, Name: name, Role: role, Created: ago(90 * 24 * time.Hour), LastLogin: login},
			Sessions: sessions, Tokens: tokens,
		}
	}
	list := []cesi.Account{
		account(1, "lin", cesi.Admin, ago(20*time.Second), 2, 1), account(2, "maria", cesi.Operator, ago(3*time.Hour), 1, 0),
		account(3, "night-shift", cesi.Viewer, ago(11*24*time.Hour), 0, 0), account(4, "王芳", cesi.LogReader, time.Time{}, 0, 0),
	}
	list[3].MustChange = true
	return list
}

func sampleSessions() []cesi.Session {
	session := func(id byte, ago time.Duration, address, userAgent string) cesi.Session {
		return cesi.Session{
			Token: cesi.TokenHash{id}, Created: fleettest.Now.Add(-ago), LastSeen: fleettest.Now.Add(-ago / 9),
			Expires: fleettest.Now.Add(time.Hour), Address: address, UserAgent: userAgent,
		}
	}
	return []cesi.Session{
		session(1, time.Hour, "10.9.0.4", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
		session(2, 50*time.Hour, "2001:db8::7", "curl/8.14.1"),
	}
}

func sampleTokens() []cesi.Token {
	return []cesi.Token{
		{ID: 1, Name: "deploy", Created: fleettest.Now.Add(-40 * 24 * time.Hour), LastUsed: fleettest.Now.Add(-time.Minute)},
		{ID: 2, Name: "nightly report", Created: fleettest.Now, Expires: fleettest.Now.Add(30 * 24 * time.Hour)},
		{ID: 3, Name: "old", Created: fleettest.Now, Expires: fleettest.Now.Add(-time.Hour)},
	}
}

func TestUsersPage_Rows(t *testing.T) {
	page := newUsersPage(sampleBase(cesi.Admin), sampleAccounts(), newUserForm{Role: cesi.Viewer}, cesi.Text{}, nil)
	doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"users", "users", page})
	var got []string
	doc.Find("tbody tr").Each(func(_ int, row *goquery.Selection) {
		got = append(got, strings.Join(strings.Fields(row.Text()), " "))
	})
	want := []string{
		"lin you admin last log-in just now 2 sessions · 1 token Change",
		"maria operator last log-in 3 h ago 1 session Change",
		"night-shift viewer last log-in 11 d ago Change",
		"王芳must change the password logreader last log-in never Change",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := doc.Find("option[selected]").AttrOr("value", ""); got != "viewer" {
		t.Errorf("a new user is a %s unless one chooses", got)
	}
}

func TestNavigation_OnlyAdminsSeeUsers(t *testing.T) {
	for _, role := range cesi.Roles() {
		doc := draw(t, viewtest.Renderer(t, "/cesi"), sample{"about", "about", newAboutPage(sampleBase(role), aboutFacts{}, sampleFleet())})
		if found := doc.Find("a[href='/cesi/users']").Length() == 1; found != (role == cesi.Admin) {
			t.Errorf("%s: %v", role, found)
		}
	}
}

func TestProfilePage_ListsSessionsAndTokens(t *testing.T) {
	page := newProfilePage(sampleBase(cesi.Viewer), profileFacts{}, sampleSessions(), "", sampleTokens())
	page.Sessions[0].Current = true
	doc := draw(t, viewtest.Renderer(t, ""), sample{"profile", "profile", page})
	var got []string
	doc.Find(".access").Each(func(_ int, row *goquery.Selection) {
		got = append(got, strings.Join(strings.Fields(row.Text()), " "))
	})
	want := []string{
		"Firefox on Linux this one from 10.9.0.4 · logged in 1 h ago",
		"curl/8.14.1 from 2001:db8::7 · logged in 2 d ago · used 5 h 33 min ago End",
		"deploy made 40 d ago · used 1 min ago Revoke…",
		"nightly report made just now · never used · ends on 23 Dec 2026 Revoke…",
		"old made just now · never used · expired 1 h ago Revoke…",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestBrowserOf_UserAgents(t *testing.T) {
	const webkit = "Mozilla/5.0 (%) AppleWebKit/537.36 (KHTML, like Gecko) "
	for userAgent, want := range map[string]string{
		strings.Replace(webkit, "%", "Windows NT 10.0; Win64; x64", 1) + "Chrome/140.0.0.0 Safari/537.36":                "Chrome on Windows",
		strings.Replace(webkit, "%", "Windows NT 10.0; Win64; x64", 1) + "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":  "Edge on Windows",
		strings.Replace(webkit, "%", "Linux; Android 10; K", 1) + "Chrome/140.0.0.0 Mobile Safari/537.36":                "Chrome on Android",
		strings.Replace(webkit, "%", "iPhone; CPU iPhone OS 18_6 like Mac OS X", 1) + "Version/18.6 Mobile Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:143.0) Gecko/20100101 Firefox/143.0":                           "Firefox on macOS",
		"curl/8.14.1": "curl/8.14.1", "Go-http-client/1.1 extra": "Go-http-client/1.1", "": "an unknown program",
	} {
		t.Run(userAgent, func(t *testing.T) {
			if got := browserOf(userAgent).String(); got != want {
				t.Errorf("%q: got %q, want %q", userAgent, got, want)
			}
		})
	}
}
