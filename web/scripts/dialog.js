// The common part of the palette and the list of keys.

// Makes a link open a dialog, as a button does. In another tab or window it stays a
// link.
export function opensDialog(opener, open) {
  opener.setAttribute('role', 'button')
  opener.setAttribute('aria-haspopup', 'dialog')
  opener.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    open()
  })
  opener.addEventListener('keydown', (event) => {
    if (event.key !== ' ') return
    event.preventDefault()
    open()
  })
}

// Reports whether any dialog is open.
export function dialogIsOpen() {
  return document.querySelector('dialog[open]') !== null
}
