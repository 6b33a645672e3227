// The palette, which finds everything: Ctrl-K or the button in the bar opens it.

import { opensDialog } from './dialog.js'
import { parseHTML } from './html.js'

const typingPause = 120 // ms
const settling = 500 // ms until Enter sends a command that has replaced another
const palette = document.getElementById('palette')
const opener = document.querySelector('[data-palette]')
const field = palette.querySelector('.palette-field')
const list = document.getElementById('palette-list')
const remark = palette.querySelector('[role="status"]')
let current = 0 // the option for Enter
let answered = '' // the text that the options are for
let replaced = -Infinity // when a chosen option was replaced by another
let eager = false // Enter was pressed before the options were there
let waiting = 0
let underWay = new AbortController()

// Marks an option; the field keeps the focus.
function mark(index) {
  const options = [...list.children]
  current = options.length ? (index + options.length) % options.length : 0
  for (const option of options) option.setAttribute('aria-selected', option === options[current])
  options[current]?.scrollIntoView({ block: 'nearest' })
  field.setAttribute('aria-expanded', options.length > 0)
  if (options.length) field.setAttribute('aria-activedescendant', options[current].id)
  else field.removeAttribute('aria-activedescendant')
}

function show(text, question) {
  const found = parseHTML(text)
  list.replaceChildren(...found.querySelectorAll('[role="option"]'))
  list.scrollTop = 0
  remark.textContent = found.querySelector('p').textContent
  answered = question
  replaced = current > 0 ? performance.now() : -Infinity
  mark(0)
  // A command is never sent before the user could see it.
  if (eager && list.firstElementChild?.matches('a')) list.firstElementChild.click()
  eager = false
}

async function ask() {
  clearTimeout(waiting)
  underWay.abort()
  underWay = new AbortController()
  const question = field.value
  const address = new URL(palette.dataset.source, location)
  address.searchParams.set('q', question)
  address.searchParams.set('at', location.pathname + location.search)
  try {
    const answer = await fetch(address, { signal: underWay.signal })
    if (answer.redirected) location.reload() // logged out
    else if (answer.ok) show(await answer.text(), question)
    else remark.textContent = palette.dataset.failed
  } catch (error) {
    if (error.name !== 'AbortError') remark.textContent = palette.dataset.failed
  }
}

function enter() {
  eager = answered !== field.value
  const option = list.children[current]
  if (eager) ask()
  else if (option?.matches('a') || performance.now() - replaced >= settling) option?.click()
}

function open() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close()
  palette.showModal()
  field.focus()
  field.select()
  answered = null
  ask()
}

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.altKey) return
  if (!event.ctrlKey && !event.metaKey || event.shiftKey || event.key.toLowerCase() !== 'k') return
  event.preventDefault()
  if (palette.open) palette.close()
  else open()
})

field.addEventListener('keydown', (event) => {
  if (event.isComposing) return
  const steps = { ArrowDown: 1, ArrowUp: -1 }
  if (steps[event.key]) mark(current + steps[event.key])
  else if (event.key === 'Enter') enter()
  else return
  event.preventDefault()
})

field.addEventListener('input', (event) => {
  clearTimeout(waiting)
  eager = false
  if (!event.isComposing) waiting = setTimeout(ask, typingPause)
})
field.addEventListener('compositionend', ask)

list.addEventListener('click', (event) => {
  if (event.target.closest('[role="option"]') && !event.ctrlKey && !event.metaKey && !event.shiftKey) palette.close()
})

opensDialog(opener, open)

if (navigator.platform.startsWith('Mac')) {
  for (const key of document.querySelectorAll('[data-command]')) key.textContent = '⌘'
}
