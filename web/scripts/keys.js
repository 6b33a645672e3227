// Single-character keys: / goes to the search field, ? shows the keys. The dialog with
// the keys has a switch for users who press them by accident, for example with voice
// input.

import { dialogIsOpen, opensDialog } from './dialog.js'

const dialog = document.getElementById('keys')
const opener = document.querySelector('[data-keys]')
const choice = dialog.querySelector('[data-single-keys]')
const kept = 'cesi.single-keys' // in this browser

// A browser may refuse to store anything; then the choice holds only for the page.
function recall() {
  try {
    choice.checked = localStorage.getItem(kept) !== 'off'
  } catch {
    choice.checked = true
  }
}

function keep() {
  try {
    localStorage.setItem(kept, choice.checked ? 'on' : 'off')
  } catch {
    // There is nothing more to do.
  }
}

// The search field of the page, or else that of the list of processes.
function search() {
  const own = [...document.querySelectorAll('main input[type="search"]')].find((input) => input.checkVisibility())
  if (own) {
    own.focus()
    own.select()
  } else {
    location.assign(document.querySelector('[data-palette]').href + '#search')
  }
}

function typing(element) {
  return element.closest('textarea, select, [contenteditable], input:not([type="checkbox"], [type="radio"])')
}

document.addEventListener('keydown', (event) => {
  if (!choice.checked || !'/?'.includes(event.key)) return
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return
  if (typing(event.target) || dialogIsOpen()) return
  event.preventDefault()
  if (event.key === '/') search()
  else dialog.showModal()
})

// The menu closes, and gets the focus back after the dialog.
function open() {
  const menu = opener.closest('details')
  menu.open = false
  menu.querySelector('summary').focus()
  dialog.showModal()
}

opensDialog(opener, open)

choice.addEventListener('change', keep)
addEventListener('storage', (event) => {
  if (event.key === kept || event.key === null) recall()
})
recall()
if (location.hash === '#search') search()
