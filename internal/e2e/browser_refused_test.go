package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const (
	viewsOfUser = 64 // pages that a user may have open that are kept up to date
	logsOfUser  = 12 // logs that a user may follow
)

// hold opens event streams as a browser does, and returns a function that ends them.
func (b *browser) hold(count int, path string) (release func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	b.t.Cleanup(cancel)
	client := &http.Client{Jar: b.client.Jar} // without a time limit
	for range count {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { answer.Body.Close() })
		if answer.StatusCode != http.StatusOK {
			b.t.Fatalf("GET %s: status %d", path, answer.StatusCode)
		}
	}
	return cancel
}

// testRefused opens a page with live logs while the user has as many pages and logs
// open as one may.
func testRefused(t *testing.T, s *scene) {
	const path = "/nodes/alpha/processes/talker:talker"
	client := s.in.login(t)
	client.api("POST", "/api/v2/users", map[string]any{"username": "busy", "password": "long enough", "usertype": 0}, nil)
	busy := newBrowser(t, s.in.url)
	busy.login("busy", "long enough")
	b := s.chromium.stranger().open(t, s.in.url, "/login")
	b.login("busy", "long enough")
	b.visit("/about") // which holds no stream
	closeViews, closeLogs := busy.hold(viewsOfUser, "/live?at=/nodes"), busy.hold(logsOfUser, path+"/log/stdout/tail")
	b.ignoreErrors("429")
	b.ignoreErrors("htmx:")
	b.visit(path)
	b.stay()
	b.waitText("#offline", "you have 64 others open")
	for _, log := range []string{"#log-stdout", "#log-stderr"} {
		b.waitText(log+" [data-log-state]", "You follow or download 12 logs already")
	}
	if b.is(live) || b.is(`document.querySelector('.log-live')`) {
		t.Error("a page that is refused its streams says that it is live")
	}
	closeViews()
	closeLogs()
	b.waitFor("the page to be live", live+" && document.getElementById('offline').hidden")
	b.waitFor("both logs to be live", `document.querySelectorAll('.log-live').length === 2`)
	const shown = `document.querySelector('#log-stdout .log-text').innerText.length`
	b.waitFor("lines of a log", shown+" > 0")
	b.same()
}

// testNotFollowed makes the server not know the page of the stream, as after a change
// of version.
func testNotFollowed(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	b.ignoreErrors("404")
	b.ignoreErrors("htmx:")
	asked := make(chan struct{}, 100)
	chromedp.ListenTarget(b.ctx, func(event any) {
		paused, is := event.(*fetch.EventRequestPaused)
		if !is {
			return
		}
		asked <- struct{}{}
		go func() {
			_ = b.try(fetch.ContinueRequest(paused.RequestID).WithURL(s.in.url + "/live?at=/about")) // the tab may be gone
		}()
	})
	b.run(fetch.Enable().WithPatterns([]*fetch.RequestPattern{{URLPattern: "*/live?*", ResourceType: network.ResourceTypeFetch}}))
	b.visit("/nodes/alpha")
	b.waitText("#offline", "This is not a page that CeSI keeps up to date.")
	if b.is(live) {
		t.Error("a page without a stream says that it is live")
	}
	if text := b.text("#offline"); strings.Contains(text, "trying again") {
		t.Errorf("the page says %q of what will not change", text)
	}
	before := len(asked)
	b.waitFor("the patience for a silent stream to end", `(window.since ??= performance.now()) < performance.now() - 5000`)
	if now := len(asked); now != before {
		t.Errorf("%d tries, want %d: the answer will not change", now, before)
	}
	b.waitText("#offline", "This is not a page that CeSI keeps up to date.")
}
