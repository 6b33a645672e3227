// Nothing under the pointer changes its meaning: an element that has just appeared,
// moved or changed its meaning ignores clicks, and a row that was used keeps its place
// while the pointer or the focus is in its list.

import { dialogIsOpen } from './dialog.js'

const settling = 500 // ms until a button accepts clicks
const longest = 10000 // ms that a row keeps its place
const guarded = 'main button:not([type=button]), main input[type=submit], main a.btn, main .select-target, #palette-list > *, .toasts a'
const clickable = 'a[href], button, input, select, label, summary'
const seen = new WeakMap() // buttons, with their meaning, their place, and since when
const kept = new Map() // ids of rows that keep their place
let pointer = null // the place of the mouse, the effect of a click there, and since when
let closed = -Infinity // when the last dialog was closed
let covered = -Infinity // when a key was last pressed with a dialog open
let dirty = true

// Buttons: their meaning and their place.

function meaning(button) {
  button = button.control ?? button // of a label
  return [button.getAttribute('formaction') ?? button.href ?? button.form?.getAttribute('action'), button.name, button.value].join(' ')
}

// A button has moved when its middle is elsewhere both on the page and in the
// window: scrolling changes one of the two.
function moved(was, box) {
  const far = (x, y) => Math.abs(x) > box.width / 2 || Math.abs(y) > box.height / 2
  const [x, y] = [box.left - was.left, box.top - was.top]
  return far(x, y) && far(x + scrollX - was.scrollX, y + scrollY - was.scrollY)
}

function measure() {
  dirty = false
  const now = performance.now()
  for (const button of document.querySelectorAll(guarded)) {
    const box = button.getBoundingClientRect()
    const was = seen.get(button)
    const same = was && was.means === meaning(button) && !moved(was, box)
    seen.set(button, { means: meaning(button), left: box.left, top: box.top, scrollX, scrollY, since: same ? was.since : now })
  }
}

// The effect of a click on an element. There are too many links to measure them all.
function does(element) {
  const e = element?.closest(clickable)
  return e ? meaning(e) : ''
}

// Checks whether the page has changed under a mouse that did not move.
function lookUnder() {
  if (!pointer) return
  const now = does(document.elementFromPoint(pointer.x, pointer.y))
  if (now !== pointer.does) pointer = { ...pointer, does: now, since: performance.now() }
}

function check() {
  measure()
  lookUnder()
}

function point({ clientX: x, clientY: y, target, pointerType }) {
  if (dirty) check()
  const now = does(target)
  pointer = pointerType !== 'mouse' ? null : { x, y, does: now, since: now === pointer?.does ? pointer.since : -Infinity }
}

for (const move of ['pointermove', 'pointerdown']) document.addEventListener(move, point, { capture: true, passive: true })
addEventListener('scroll', () => { pointer = null }, { capture: true, passive: true })

document.addEventListener('click', (event) => {
  if (!event.isTrusted || !event.target.closest(clickable)) return
  if (dirty) check()
  const above = event.target.closest('dialog') ? -Infinity : Math.max(closed, covered)
  const changed = event.detail ? pointer?.since ?? -Infinity : above // by mouse or by key
  const since = Math.max(changed, seen.get(event.target.closest(guarded))?.since ?? -Infinity)
  if (performance.now() - since >= settling) return
  event.preventDefault()
  event.stopImmediatePropagation()
}, true)

// A dialog gives the focus back: a second Enter must not press the element that gets
// it. The event of its closing may come after that Enter, so keys pressed in it count
// too.
document.addEventListener('close', () => { closed = performance.now() }, true)
document.addEventListener('keydown', () => { if (dialogIsOpen()) covered = performance.now() }, true)

// Rows: they keep their place, even if the server's page has them elsewhere or not at
// all.

function inside(list) {
  return list.matches(':hover') || list.contains(document.activeElement)
}

function keep(row) {
  const list = row.parentElement
  release(row.id)
  kept.set(row.id, { row, list, home: list.parentElement, place: [...list.children].indexOf(row), until: Date.now() + longest, busy: true })
  setTimeout(releaseAll, longest)
}

// Keeps a row that the server has removed in its place, with its controls disabled.
function leave(hold) {
  const { row } = hold
  row.classList.remove('pending')
  row.classList.add('gone')
  for (const control of row.querySelectorAll('button, input')) control.disabled = true
  sayGone(hold)
}

function sayGone({ row, busy }) {
  const badge = row.querySelector('.state')
  if (badge && !busy && row.classList.contains('gone')) badge.lastChild.textContent = document.body.dataset.gone
}

function restore() {
  for (const [id, hold] of kept) {
    const there = document.getElementById(id)
    if (!there) {
      leave(hold)
    } else {
      hold.row = there
      if (there.parentElement !== hold.list) hold.list = there.parentElement
      hold.next = there.classList.contains('gone') ? hold.next : there.nextElementSibling?.id
    }
    if (!hold.list.isConnected && hold.home.isConnected) {
      hold.list.replaceChildren()
      hold.home.insertBefore(hold.list, hold.home.children[1] ?? null)
    }
    const others = [...hold.list.children].filter((other) => other !== hold.row)
    if (hold.list.children[hold.place] !== hold.row) hold.list.insertBefore(hold.row, others[hold.place] ?? null)
  }
}

function release(id) {
  const hold = kept.get(id)
  if (!hold) return
  kept.delete(id)
  const { row, list, next } = hold
  if (row.classList.contains('gone')) {
    row.remove()
    if (list.matches('ul') && !list.children.length) list.remove()
  } else if (next !== undefined && row.nextElementSibling?.id !== next) {
    list.insertBefore(row, document.getElementById(next))
  }
}

function releaseAll() {
  for (const [id, { list, until }] of kept) {
    if (Date.now() >= until || !inside(list)) release(id)
  }
}

const held = new Map() // requests, to the id of their row

document.addEventListener('htmx:before:request', (event) => {
  const row = event.detail.ctx.sourceEvent?.submitter?.closest('main li[id], main tr[id]')
  if (!row) return
  held.set(event.detail.ctx, row.id)
  keep(row)
})

document.addEventListener('htmx:finally:request', (event) => {
  const hold = kept.get(held.get(event.detail.ctx))
  held.delete(event.detail.ctx)
  if (!hold) return
  hold.busy = false
  sayGone(hold)
})

for (const move of ['pointerover', 'focusin']) document.addEventListener(move, releaseAll)

const changes = new MutationObserver(() => {
  restore()
  changes.takeRecords() // of our own changes
  if (!dirty) requestAnimationFrame(() => dirty && check())
  dirty = true
})
changes.observe(document.body, {
  childList: true, subtree: true, attributes: true, attributeFilter: ['formaction', 'href', 'value', 'hidden', 'open'],
})
addEventListener('resize', () => { dirty = true })
measure()
