package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// testPaletteFinds types a part of each kind of thing.
func testPaletteFinds(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	b.openPalette()
	for _, c := range []struct{ typed, found string }{
		{"bet", "a[href='/nodes/beta']"},
		{"worker_07 beta", "a[href='/nodes/beta/processes/worker:worker_07']"},
		{"talk", "a[href='/groups/talker']"},
		{"produc", "a[href='/environments/production']"},
		{"activ", "a[href='/activity']"},
		{"工", "a[href='/nodes/alpha/processes/%E5%B7%A5%E4%BA%BA:%E5%B7%A5%E4%BA%BA']"},
		{"stop worker_07 on beta", "button[formaction='/nodes/beta/processes/worker:worker_07/stop']"},
		{"restart worker", "a[href^='/command?'][href*='name=worker']"},
	} {
		b.ask(c.typed)
		b.waitFor(c.found+" for "+c.typed, fmt.Sprintf("document.querySelector(%q)", ".palette-list "+c.found))
	}
	b.ask("nothing like it")
	b.waitText("#palette [role=status]", "No match.")
}

// testPaletteKeys opens a result by keyboard only.
func testPaletteKeys(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	b.openPalette()
	b.ask("worker_1 beta")
	b.waitFor("the workers", `document.querySelectorAll('a.palette-item[href*="beta/processes/worker:worker_1"]').length > 2`)
	b.run(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
	if !b.is(`document.querySelector('.palette-item[aria-selected="true"]') === document.querySelectorAll('.palette-item')[1]
&& document.activeElement.getAttribute('aria-activedescendant') === document.querySelectorAll('.palette-item')[1].id`) {
		t.Error("the arrows do not lead to the second of what is found")
	}
	there := b.string("document.querySelectorAll('.palette-item')[1].getAttribute('href')")
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitFor("Enter to go to "+there, fmt.Sprintf("location.pathname === %q", there))
}

// testPaletteFocus opens and leaves the palette.
func testPaletteFocus(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/about")
	const link = `document.querySelector('.nav-links [href="/groups"]')`
	b.waitFor("the focus on a link", fmt.Sprintf("(%s.focus(), document.activeElement === %[1]s)", link))
	b.openPalette()
	for range 4 {
		b.run(chromedp.KeyEvent(kb.Tab))
		// Between the last and the first, the focus is the browser's own.
		if !b.is("document.activeElement.closest('#palette') || document.activeElement === document.body") {
			t.Errorf("the focus leaves for %s", b.string("document.activeElement.outerHTML"))
		}
	}
	b.run(chromedp.KeyEvent(kb.Escape))
	b.waitFor("the focus where it was", fmt.Sprintf("!document.querySelector('dialog[open]') && document.activeElement === %s", link))
	b.openPalette()
	b.run(chromedp.MouseClickXY(5, 790))
	b.waitFor("a click beside the palette to close it", "!document.querySelector('dialog[open]')")
}

// openPalette opens it by its keys.
func (b *tab) openPalette() {
	b.t.Helper()
	b.run(chromedp.KeyEvent("k", chromedp.KeyModifiers(input.ModifierCtrl)))
	b.waitFor("the palette", "document.activeElement.matches('.palette-field')")
}

// ask replaces the text in the open palette.
func (b *tab) ask(text string) {
	b.t.Helper()
	b.waitFor("the field's text to be selected", "(document.activeElement.select(), true)")
	b.run(input.InsertText(text))
}
