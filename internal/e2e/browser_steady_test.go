package e2e

import (
	"fmt"
	"testing"

	"cesi/internal/supervisor/supervisortest"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// trouble is the selector of a process's row in the list of processes that need
// attention.
func trouble(node, process string) string {
	return fmt.Sprintf("#attention [id$='%s/%s']", node, process)
}

// killVictims has two processes need attention, and ends that with the test.
func killVictims(t *testing.T, s *scene) {
	t.Helper()
	for _, node := range []*supervisortest.Supervisor{s.alpha, s.beta} {
		node.SignalProcess("victim:victim", "KILL")
		t.Cleanup(func() { node.StartProcess("victim:victim") })
	}
}

func testDoubleClick(t *testing.T, s *scene) {
	killVictims(t, s)
	b := s.chromium.open(t, s.in.url, "/")
	b.stay()
	b.waitFor("the page to be live", live)
	first, second := trouble("alpha", "victim:victim"), trouble("beta", "victim:victim")
	b.waitFor("both rows", fmt.Sprintf("document.querySelector(%q) && document.querySelector(%q)", first, second))
	if b.is(fmt.Sprintf("document.querySelector(%q).compareDocumentPosition(document.querySelector(%q)) & 2", first, second)) {
		first, second = second, first
	}
	b.click(first + " [formaction$='/restart']")
	at := b.middle(second)
	b.waitText("#toasts", "is restarted.")
	b.waitText(first, "left this list")
	if now := b.middle(second); now != at {
		t.Errorf("the row below moved from %v to %v while the pointer was in the list", at, now)
	}
	b.run(chromedp.MouseEvent(input.MouseMoved, 1, 1))
	b.waitFor("the row to leave with the pointer", fmt.Sprintf("!document.querySelector(%q)", first))
	if !b.is(fmt.Sprintf("document.querySelector(%q)", second)) {
		t.Error("the second row was acted on, too")
	}
	b.same()
}

// testButtonChanges changes the meaning of a button just before the click.
func testButtonChanges(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.waitFor("the page to be live", live)
	stop := row("alpha", "web:web") + " [formaction$='/stop']"
	b.waitFor("a count of submits", `(addEventListener('submit', e => { window.sent = (window.sent ?? 0) + 1; e.preventDefault(); e.stopImmediatePropagation() }, true), true)`)
	b.click(stop)
	b.waitFor("the click on what has long been there", "sent === 1")
	b.waitFor("another meaning, and a click", fmt.Sprintf(`(() => {
  const e = document.querySelector(%q)
  e.setAttribute('formaction', e.getAttribute('formaction').replace('/stop', '/start'))
  return true
})()`, stop))
	x, y := b.number("document.activeElement.getBoundingClientRect().left + 5"), b.number("document.activeElement.getBoundingClientRect().top + 5")
	b.run(chromedp.MouseClickXY(x, y))
	if sent := b.number("sent"); sent != 1 {
		t.Errorf("%v submits, want 1: the button changed its meaning under the pointer", sent)
	}
	b.click(row("alpha", "web:web") + " [formaction$='/start']")
	b.waitFor("the click on what has settled", "sent === 2")
}

// testOthersUnderPointer puts another row, and another square of the map, under a
// pointer that does not move.
func testOthersUnderPointer(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/processes?node=beta&group=worker")
	b.waitFor("the page to be live", live)
	box := row("beta", "worker:worker_05") + " .select-target"
	b.click(box)
	x, y := b.number("document.activeElement.getBoundingClientRect().left + 5"), b.middle(box)
	b.waitFor("the box to be ticked", `document.querySelectorAll('.select-target :checked').length === 1`)
	b.waitFor("another row in its place", fmt.Sprintf("(e => (e.parentElement.append(e), true))(document.querySelector(%q))", row("beta", "worker:worker_05")))
	b.run(chromedp.MouseClickXY(x, y))
	if ticked := b.number(`document.querySelectorAll('.select-target :checked').length`); ticked != 1 {
		t.Errorf("%v boxes are ticked, want 1: the click was for the row that was there", ticked)
	}

	b.visit("/")
	b.waitFor("the page to be live", live)
	const square = "document.querySelector('.squares a')"
	x, y = b.number(square+".getBoundingClientRect().left + 3"), b.number(square+".getBoundingClientRect().top + 3")
	b.run(chromedp.MouseEvent(input.MouseMoved, x, y))
	b.waitFor("another square in its place", square+".setAttribute('href', '/about') ?? true")
	b.run(chromedp.MouseClickXY(x, y))
	b.stay()
	b.waitFor("a moment to pass", `(window.since ??= performance.now()) < performance.now() - 700`)
	if !b.is(square) {
		t.Fatal("the click led to what had just come under the pointer")
	}
	b.waitFor("another square in its place again", square+".setAttribute('href', '/about') ?? true")
	b.run(chromedp.MouseEvent(input.MouseMoved, 1, 1), chromedp.MouseClickXY(x, y))
	b.waitFor("the way to what was pointed at since", "!window.stayed")
}

// testBelowDialog has a button of the page below the palette, which gets the focus back
// from it.
func testBelowDialog(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.waitFor("the page to be live", live)
	b.waitFor("a list of submits", `(window.sent = [], addEventListener('submit', e => { sent.push(e.submitter.getAttribute('formaction')); e.preventDefault() }, true), true)`)
	button := fmt.Sprintf("document.querySelector(%q)", row("alpha", "web:web")+" [formaction$='/stop']")
	const item = "document.querySelector('button.palette-item')"
	const want = "/nodes/beta/processes/worker:worker_07/restart"
	choose := func() {
		b.waitFor("the focus on the button", button+".focus() ?? true")
		b.openPalette()
		b.ask("restart worker_07 on beta")
		b.waitFor("the command", item)
	}
	choose()
	x, y := b.number(item+".getBoundingClientRect().left + 40"), b.number(item+".getBoundingClientRect().top + 10")
	b.waitFor("the button below it", fmt.Sprintf("Object.assign(%s.style, { position: 'fixed', left: '%vpx', top: '%vpx' })", button, x-10, y-10))
	b.waitFor("a moment to pass", `(window.since ??= performance.now()) < performance.now() - 700`)
	b.run(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y))
	b.waitFor("the command to be sent", "sent.length >= 1")
	if sent := b.string("sent.join()"); sent != want {
		t.Errorf("sent %s, want %s: the second click was for the palette", sent, want)
	}
	b.waitFor("a moment to pass", `(window.then ??= performance.now()) < performance.now() - 700`)
	choose()
	b.run(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Enter))
	b.waitFor("the command to be sent", "sent.length >= 2")
	if sent := b.string("sent.join()"); sent != want+","+want {
		t.Errorf("sent %s, want %s twice: the second Enter was for the palette", sent, want)
	}
}

// testNotSent has another tab take all connections that a browser has to a server.
func testNotSent(t *testing.T, s *scene) {
	asking := s.chromium.open(t, s.in.url, "/nodes/alpha/confirm?action=restart&group=web")
	asking.stay()
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.stay()
	b.waitFor("the page to be live", live)
	before := s.alpha.ProcessPID("web:web")
	b.waitFor("streams that take all connections", `window.holders = [1, 2, 3, 4, 5, 6].map(() => new EventSource('/live?at=/'))`)
	b.waitFor("a request that gets none", `(() => {
  if (!window.probing) {
    window.probing = true
    fetch('/healthz', { signal: AbortSignal.timeout(500) }).catch(() => { window.full = true }).finally(() => { window.probing = false })
  }
  return window.full
})()`)
	b.click(row("alpha", "web:web") + " [formaction$='/restart']")
	b.waitText("#toasts", "Not sent")
	b.waitText(row("alpha", "web:web"), "RUNNING")
	asking.run(page.BringToFront())
	asking.click(".choices [type=submit]")
	asking.waitText("#toasts", "Not sent")
	asking.same()
	b.run(page.BringToFront())
	b.waitFor("the connections to be free", `holders.forEach(h => h.close()) ?? true`)
	b.click(row("alpha", "victim:victim") + " [formaction$='/restart']")
	b.waitText("#toasts", "victim:victim on alpha is restarted.")
	if after := s.alpha.ProcessPID("web:web"); after != before {
		t.Error("a command that was taken back was sent later")
	}
	b.same()
	asking.run(page.BringToFront())
	asking.click(".choices [type=submit]")
	asking.waitFor("the way past the question", "!window.stayed")
	waitFor(t, "the restart", func() bool { return s.alpha.ProcessPID("web:web") != before })
}

// middle is where the middle of an element is, in pixels from the window's top.
func (b *tab) middle(selector string) float64 {
	b.t.Helper()
	return b.number(fmt.Sprintf("(({ top, bottom }) => (top + bottom) / 2)(document.querySelector(%q).getBoundingClientRect())", selector))
}
