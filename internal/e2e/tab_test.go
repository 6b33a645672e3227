package e2e

import (
	"fmt"
	"strconv"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// eval evaluates an expression in the page; false while the page is on its way
// to another one.
func (b *tab) eval(expression string, value any) bool {
	return b.try(chromedp.Evaluate(expression, value)) == nil
}

// waitFor waits until an expression is true in the page.
func (b *tab) waitFor(what, expression string) {
	b.t.Helper()
	waitFor(b.t, what, func() bool { return b.is(expression) })
}

// is reports whether an expression is true in the page.
func (b *tab) is(expression string) bool {
	var yes bool
	return b.eval("!!("+expression+")", &yes) && yes
}

// text returns the visible text of the first matching element.
func (b *tab) text(selector string) string {
	var text string
	b.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text)
	return text
}

// number is the value of an expression.
func (b *tab) number(expression string) float64 {
	b.t.Helper()
	var n float64
	if !b.eval(expression, &n) {
		b.t.Fatalf("%s can't be evaluated", expression)
	}
	return n
}

// string is the value of an expression.
func (b *tab) string(expression string) string {
	b.t.Helper()
	var s string
	if !b.eval(expression, &s) {
		b.t.Fatalf("%s can't be evaluated", expression)
	}
	return s
}

// waitText waits until an element's text contains a text.
func (b *tab) waitText(selector, text string) {
	b.t.Helper()
	b.waitFor(fmt.Sprintf("%s to say %q", selector, text),
		fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, text))
}

// place is a point in the page at which an element can be clicked, if nothing covers
// it and, where the page wants that, it has been there for a moment (steady.js).
const place = `(selector => {
  const e = document.querySelector(selector)
  if (!e || e.disabled) return null
  e.scrollIntoView({ block: 'center', behavior: 'instant' })
  const { left, top, width, height } = e.getBoundingClientRect()
  const [x, y] = [left + width / 2, top + height / 2]
  if (!e.contains(document.elementFromPoint(x, y))) return null
  if (!document.body.dataset.gone || !e.matches('button, a.btn')) return [x, y]
  const here = [x, y, e.getAttribute('formaction')].join()
  if (e.placed !== here) [e.placed, e.placedSince] = [here, performance.now()]
  return performance.now() - e.placedSince > 600 ? [x, y] : null
})`

// settled says that the page has been there long enough to take clicks; see steady.js.
const settled = `(e => e && e.domContentLoadedEventEnd > 0 && performance.now() - e.domContentLoadedEventEnd > 600)(performance.getEntriesByType('navigation')[0])`

// click clicks on the matching element, once that is possible.
func (b *tab) click(selector string) {
	b.t.Helper()
	var at []float64
	waitFor(b.t, selector+" to be there for a click", func() bool {
		ready := false
		return b.eval(settled, &ready) && ready && b.eval(place+"("+strconv.Quote(selector)+")", &at) && len(at) == 2
	})
	b.run(chromedp.MouseClickXY(at[0], at[1]))
}

// write types a text at the end of the matching field.
func (b *tab) write(selector, text string) {
	b.t.Helper()
	b.click(selector)
	b.run(input.InsertText(text))
}

// choose picks an option of a select.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.waitFor("the choice "+value, fmt.Sprintf(`(e => {
  if (!e) return false
  e.value = %q
  for (const name of ['input', 'change']) e.dispatchEvent(new Event(name, { bubbles: true }))
  return e.value === %[1]q
})(document.querySelector(%[2]q))`, value, selector))
}
