// What makes the pages more pleasant; all of them work without it.
'use strict'

const refreshAfter = (main) => Number(main.dataset.refresh) * 1000

// Is somebody in the middle of something that a new page would take away?
function busy(main) {
  const active = document.activeElement
  return main.querySelector('.select-target input:checked, details[open]:not([data-keep])') !== null ||
    (main.contains(active) && active.matches('input, select, textarea') && !active.closest('form[data-live]')) ||
    String(document.getSelection()) !== ''
}

function note(main, text) {
  const place = main.querySelector('.as-of-note')
  if (place && place.textContent !== text) place.textContent = text
}

// Where the focus is, in words that also hold in the next page: the row and the
// position of the element in it.
function rememberFocus(main) {
  const active = document.activeElement
  if (!main.contains(active) || active === main) return () => {}
  const row = active.closest('[id]')
  const position = [...row.querySelectorAll('a, button, summary')].indexOf(active)
  return () => {
    const next = document.getElementById(row.id)
    next?.querySelectorAll('a, button, summary')[position]?.focus({ preventScroll: true })
  }
}

// Puts the parts of a fetched page in place of the old ones, and leaves alone the
// one that somebody is in.
function swapParts(page) {
  for (const part of document.querySelectorAll('[data-part]')) {
    const next = page.getElementById(part.id)
    if (next && !part.contains(document.activeElement)) part.replaceWith(next)
  }
  prepare()
}

// What was announced once must not be announced again every few seconds.
function silence(next) {
  for (const e of next.querySelectorAll('[role="alert"], .flash[role="status"]')) e.removeAttribute('role')
}

// Lets the message of a command that went well go with the next refresh. Others
// stay until somebody dismisses them.
function forgetSuccess(main) {
  const dismiss = main.querySelector('.flash-running a.icon-button')
  if (dismiss) history.replaceState(null, '', dismiss.href)
}

// Fetches the page anew and puts its content in place of the old one, so that
// nothing moves or flickers. A page that can't be fetched says so: it must not
// look fresh.
async function refresh() {
  const main = document.getElementById('main')
  if (document.hidden || !main.dataset.refresh) return
  if (busy(main)) {
    note(main, 'not refreshed while you select or read')
    return
  }
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const next = page.getElementById('main')
    if (answer.redirected || !next?.dataset.refresh) {
      location.reload() // logged out, or something else is here now
      return
    }
    if (busy(main)) return
    if (document.activeElement.closest('form[data-live]')) {
      swapParts(page)
      return
    }
    const restoreFocus = rememberFocus(main)
    silence(next)
    main.replaceWith(next)
    forgetSuccess(next)
    document.title = page.title
    restoreFocus()
    prepare()
  } catch {
    document.body.classList.add('offline')
    note(main, 'CeSI does not answer; this is what was known then')
    return
  }
  document.body.classList.remove('offline')
}

function boxes(place = document) {
  return [...place.querySelectorAll('.select-target input[name]')]
}

// Brings the selection bar, and the boxes that tick all of a table, in line with
// the boxes.
function showSelection() {
  const chosen = boxes().filter((box) => box.checked).length
  const label = document.querySelector('[data-selected]')
  const matching = document.querySelector('[data-matching]')
  if (label) label.textContent = matching?.checked ? 'Selected:' : `${chosen} selected`
  for (const head of document.querySelectorAll('[data-select-all]')) {
    const states = boxes(head.closest('table')).map((box) => box.checked)
    head.checked = states.includes(true) && !states.includes(false)
    head.indeterminate = states.includes(true) && states.includes(false)
  }
}

function select(all, place) {
  for (const box of boxes(place)) box.checked = all
  const matching = document.querySelector('[data-matching]')
  if (matching && !all) matching.checked = false
  showSelection()
}

// Shows what works only with this script.
function prepare() {
  for (const head of document.querySelectorAll('[data-select-all]')) head.closest('label').removeAttribute('hidden')
  document.querySelector('.selection-hint')?.removeAttribute('hidden')
  showSelection()
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-select-all]')) select(event.target.checked, event.target.closest('table'))
  else if (event.target.matches('.select-target input, [data-matching]')) showSelection()
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const menu of document.querySelectorAll('.user-menu[open]')) menu.open = false
  select(false)
})

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('.user-menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
})

// A second click on the same button would send the command twice. The buttons
// are disabled after the form has been read.
document.addEventListener('submit', (event) => {
  if (event.target.method !== 'post') return
  const buttons = [...event.target.elements].filter((e) => e.type === 'submit' && !e.disabled)
  setTimeout(() => {
    for (const button of buttons) button.disabled = true
  })
  // The browser's "back" shows the page as it was left.
  addEventListener('pageshow', () => {
    for (const button of buttons) button.disabled = false
  }, { once: true })
})

// A stop of CeSI itself can be sent only once its name is typed.
document.addEventListener('input', (event) => {
  if (event.target.name !== 'confirm_self') return
  const button = event.target.form.querySelector('.btn-stop')
  button.disabled = event.target.value !== event.target.placeholder
})

prepare()
const main = document.getElementById('main')
if (main.dataset.refresh) setInterval(refresh, refreshAfter(main))
document.addEventListener('visibilitychange', refresh)
