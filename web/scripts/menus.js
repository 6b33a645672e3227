// The menus of the bar, and dialogs, close with Escape and with a click outside.

import { dialogIsOpen } from './dialog.js'

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || dialogIsOpen()) return
  for (const menu of document.querySelectorAll('.nav-bar details[open]')) menu.open = false
})

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('.nav-bar details[open]')) {
    if (!menu.contains(event.target)) menu.open = false
  }
  if (event.target.matches('dialog')) event.target.close() // a click outside
})
