package e2e

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// streams is how many event streams the tab has open.
const streams = `performance.getEntriesByType('resource').filter(e => e.name.includes('/live?')).length`

func testHiddenTab(t *testing.T, s *scene) {
	hidden := s.chromium.open(t, s.in.url, "/nodes/beta")
	hidden.stay()
	hidden.waitFor("the page to be live", live)
	ended := hidden.number(streams) // an entry is made when a request has ended
	front := s.chromium.open(t, s.in.url, "/about")
	hidden.waitFor("the tab to be hidden", "document.hidden")
	hidden.waitFor("the stream to end", fmt.Sprintf("%s > %v", streams, ended))
	worker := row("beta", "worker:worker_03")
	s.beta.StopProcess("worker:worker_03")
	client := s.in.login(t)
	waitFor(t, "cesi to know it", func() bool {
		var answer struct{ Process struct{ Statename string } }
		return client.api("GET", "/api/v2/nodes/beta/processes/worker:worker_03", nil, &answer) == http.StatusOK && answer.Process.Statename == "STOPPED"
	})
	if text := hidden.text(worker); text == "" || hidden.is(fmt.Sprintf("document.querySelector(%q).innerText.includes('STOPPED')", worker)) {
		t.Errorf("the hidden tab follows: %s", text)
	}
	hidden.run(page.BringToFront())
	hidden.waitText(worker, "STOPPED")
	hidden.same()
	s.beta.StartProcess("worker:worker_03")
	front.run(page.BringToFront())
}

// testLoadedHidden loads a page in a hidden tab, as a click with the middle button
// does.
func testLoadedHidden(t *testing.T, s *scene) {
	hidden := s.chromium.open(t, s.in.url, "/about")
	front := s.chromium.open(t, s.in.url, "/about")
	hidden.waitFor("the tab to be hidden", "document.hidden")
	// Not by visit, which waits for things that a hidden tab does not draw.
	hidden.waitFor("the way to another page", "(location.assign('/nodes/beta'), true)")
	hidden.waitFor("the stream to end", "location.pathname === '/nodes/beta' && document.hidden && "+streams+" > 0")
	if hidden.is(live) {
		t.Error("a page without a stream says that it is live")
	}
	hidden.stay()
	hidden.run(page.BringToFront())
	hidden.waitFor("the page to be live", live)
	hidden.same()
	front.run(page.BringToFront())
}

// testHiddenLog hides the page of a growing log.
func testHiddenLog(t *testing.T, s *scene) {
	const tails = `performance.getEntriesByType('resource').filter(e => e.name.includes('/tail')).length`
	const lines = `document.querySelector('.log-text').innerText.match(/line number \d+\./g).map(line => parseInt(line.slice(12)))`
	hidden := s.chromium.open(t, s.in.url, "/nodes/alpha/processes/talker:talker/log/stdout")
	hidden.waitFor("the log to be live", "document.querySelector('.log-live')")
	ended := hidden.number(tails) // an entry is made when a request has ended
	front := s.chromium.open(t, s.in.url, "/about")
	hidden.waitFor("the stream to end", fmt.Sprintf("document.hidden && %s > %v", tails, ended))
	client, last := s.in.login(t), hidden.number(lines+".at(-1)")
	began := client.talked()
	waitFor(t, "the log to go on", func() bool { return client.talked() > began+40 })
	if now := hidden.number(lines + ".at(-1)"); now != last {
		t.Errorf("the hidden tab follows from line %v to %v", last, now)
	}
	hidden.run(page.BringToFront())
	hidden.waitFor("the lines after", fmt.Sprintf("%s.at(-1) > %v + 5", lines, last))
	if !hidden.is(lines + ".every((n, i, all) => i === 0 || n === all[i - 1] + 1)") {
		t.Error("lines are missing, or are there twice")
	}
	if !hidden.is(`document.querySelector('.log-seam').innerText.includes(document.querySelector('.log-panel').dataset.sayBack)`) {
		t.Error("the page does not say where it was hidden")
	}
	front.run(page.BringToFront())
}

// talked is how long the talker's log on alpha is, in bytes.
func (b *browser) talked() int64 {
	b.t.Helper()
	var answer struct{ Log struct{ Size int64 } }
	b.api("GET", "/api/v2/nodes/alpha/processes/talker:talker/logs/stdout?length=10", nil, &answer)
	return answer.Log.Size
}

// live reports whether the page says that it is live.
const live = `!document.querySelector('[data-connected]').hidden`

// testManyTabs opens more tabs than a browser makes connections to one host.
func testManyTabs(t *testing.T, s *scene) {
	var tabs []*tab
	for range 7 {
		b := s.chromium.open(t, s.in.url, "/")
		b.waitFor("the page to be live", live)
		tabs = append(tabs, b)
	}
	for _, b := range tabs {
		b.run(page.BringToFront())
		b.visit("/nodes")
		b.waitText("h1", "Nodes")
	}
}

// testConnectionLost has cesi hang, and then end.
func testConnectionLost(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.stay()
	b.ignoreErrors("ERR_") // the browser reports the broken connection
	b.ignoreErrors("htmx:sse:error")
	b.waitFor("the page to be live", live)
	const told = `!document.getElementById('offline').hidden`
	signal := func(sig syscall.Signal) {
		if err := s.in.cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
	}
	b.waitFor("an eye on the connection", `(() => {
  const offline = document.getElementById('offline')
  let heard = Date.now()
  document.addEventListener('htmx:sse:before:message', () => { heard = Date.now() })
  new MutationObserver(() => { if (!offline.hidden) window.silence ??= Date.now() - heard }).observe(offline, { attributes: true })
  return true
})()`)
	signal(syscall.SIGSTOP)
	b.waitFor("the page to tell that cesi hangs", told)
	// By the page's own clock, for which the machine may be slow: it is to be 5 s.
	if silence := b.number("silence") / 1000; silence > 8 {
		t.Errorf("told after %.1f s without a sign of life", silence)
	} else {
		t.Logf("told after %.1f s without a sign of life", silence)
	}
	signal(syscall.SIGCONT)
	b.waitFor("the page to be live again", live)

	s.in.kill()
	b.waitFor("the page to tell that cesi is gone", told)
	s.alpha.StopProcess("worker:worker_05")
	s.in.start(t)
	b.waitFor("the page to be live again", live)
	b.waitText(row("alpha", "worker:worker_05"), "STOPPED")
	b.same()
}
