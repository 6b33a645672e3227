// What makes the pages more pleasant; all of them work without it.
'use strict'

function boxes(place = document) {
  return [...place.querySelectorAll('.select-target input[name]')]
}

// Brings the selection bar, and the boxes that tick all of a table, in line with
// the boxes.
function showSelection() {
  const chosen = boxes().filter((box) => box.checked).length
  const label = document.querySelector('[data-selected]')
  const matching = document.querySelector('[data-matching]')
  if (label) label.textContent = matching?.checked ? label.dataset.all : label.dataset.selected.replace('%s', chosen)
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
  if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return
  for (const menu of document.querySelectorAll('.nav-bar details[open]')) menu.open = false
  select(false)
})

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('.nav-bar details[open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
  if (event.target.matches('dialog')) event.target.close() // a click beside it
})

// A second click on the same button would send the command twice. The buttons
// are disabled after the form has been read.
document.addEventListener('submit', (event) => {
  if (event.target.method !== 'post' || event.target.id === 'act') return // htmx sends that one
  const buttons = [...event.target.elements].filter((e) => e.type === 'submit' && !e.disabled)
  setTimeout(() => {
    for (const button of buttons) button.disabled = true
  })
  // The browser's "back" shows the page as it was left.
  addEventListener('pageshow', () => {
    for (const button of buttons) button.disabled = false
  }, { once: true })
})

// What wants a name typed can be sent only once it is.
document.addEventListener('input', (event) => {
  if (!event.target.matches('[data-typed]')) return
  const button = event.target.form.querySelector('.btn-stop')
  button.disabled = event.target.value !== event.target.placeholder
})

// What a button does is shown at once, then what really came of it.

// The row, or the head of a process's page, says what it is told to do until it is
// drawn anew.
function markPending(button) {
  const row = button.closest('tr, li, .process-head')
  const badge = row?.querySelector('.state')
  if (!badge || !button.dataset.pending) return
  const was = badge.cloneNode(true)
  row.classList.add('pending')
  badge.lastChild.textContent = button.dataset.pending
  return () => {
    if (!row.classList.contains('pending')) return // drawn anew since
    row.classList.remove('pending')
    badge.replaceWith(was)
  }
}

const underway = new Map() // requests, to what undoes their mark

document.addEventListener('htmx:before:request', (event) => {
  const { ctx } = event.detail
  const button = ctx.sourceEvent?.submitter
  if (!button) return
  button.disabled = true
  const unmark = markPending(button)
  underway.set(ctx, () => {
    button.disabled = false
    unmark?.()
  })
})

document.addEventListener('htmx:finally:request', (event) => {
  underway.get(event.detail.ctx)?.()
  underway.delete(event.detail.ctx)
})

// Toasts on what went well go by themselves; others stay until dismissed.
document.addEventListener('htmx:after:swap', () => {
  for (const toast of document.querySelectorAll('.toasts .flash-running:not([data-seen])')) {
    toast.dataset.seen = ''
    setTimeout(() => toast.remove(), 6000)
  }
})

document.addEventListener('click', (event) => {
  const dismiss = event.target.closest('.toasts .icon-button')
  if (!dismiss) return
  event.preventDefault()
  dismiss.closest('.flash').remove()
})

prepare()
document.addEventListener('htmx:after:swap', prepare)
