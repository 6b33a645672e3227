package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	keysOpen   = "document.getElementById('keys').open"
	focusOnKey = "document.querySelector('#keys button') === document.activeElement"
)

func testSkipLink(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes")
	b.run(chromedp.KeyEvent(kb.Tab))
	b.waitFor("the skip link", "document.activeElement.matches('.skip-link') && document.activeElement.getBoundingClientRect().top >= 0")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor("the focus on the content", "document.activeElement.id === 'main'")
	b.run(chromedp.KeyEvent(kb.Tab))
	b.waitFor("the focus in the content", "document.activeElement.closest('#main') && document.activeElement.id !== 'main'")
}

func testSingleKeys(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	b.run(chromedp.KeyEvent("/"))
	b.waitFor("the search of all processes", "location.pathname === '/processes' && document.activeElement.name === 'q'")
	b.run(chromedp.KeyEvent("/?"))
	b.waitFor("the keys as text in a field", "document.activeElement.value === '/?'")

	b.visit("/nodes")
	b.run(chromedp.KeyEvent("/"))
	b.waitFor("the search of the page", "location.pathname === '/nodes' && document.activeElement.type === 'search'")
	b.waitFor("the focus on a link", `(document.querySelector('.brand').focus(), document.activeElement.matches('.brand'))`)
	b.run(chromedp.KeyEvent("?"))
	b.waitFor("the keys", keysOpen+" && "+focusOnKey)
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor("the focus where it was", "!"+keysOpen+" && document.activeElement.matches('.brand')")
}

// testKeysOff switches the keys of one character off and on again.
func testKeysOff(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes")
	b.screen(360, 740)
	b.switchKeys()
	b.wantSingleKeysOff("after the switch")
	b.screen(1280, 800)
	b.visit("/about")
	b.wantSingleKeysOff("on another page")
	b.switchKeys()
	b.run(chromedp.KeyEvent("?"))
	b.waitFor("the keys once more", keysOpen)
}

// refusal is how a browser answers that may not keep anything.
const refusal = `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused', 'SecurityError') } })`

// testKeysForgotten switches them off where the browser keeps nothing.
func testKeysForgotten(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	b.run(chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(refusal).Do(ctx)
		return err
	}))
	b.visit("/nodes")
	b.run(chromedp.KeyEvent("?"))
	b.waitFor("the keys", keysOpen)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor("the keys to close", "!"+keysOpen)
	b.switchKeys()
	b.wantSingleKeysOff("until the page is left")
}

// switchKeys finds the switch through the menu of the user, as a mouse does.
func (b *tab) switchKeys() {
	b.t.Helper()
	b.click(".user-menu summary")
	b.click("[data-keys]")
	b.waitFor("the keys", keysOpen)
	b.click("[data-single-keys]")
	b.click("#keys .btn")
	b.waitFor("the focus on the menu", "!"+keysOpen+" && document.activeElement.matches('.user-menu summary')")
}

// wantSingleKeysOff checks that / and ? do nothing; Ctrl-K, which follows, works.
func (b *tab) wantSingleKeysOff(when string) {
	b.t.Helper()
	at := b.string("location.href")
	b.run(chromedp.KeyEvent("/"), chromedp.KeyEvent("?"))
	b.openPalette()
	if b.is(keysOpen) || b.string("location.href") != at {
		b.t.Errorf("%s, a key works", when)
	}
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor("the palette to close", "!document.querySelector('dialog[open]')")
}
