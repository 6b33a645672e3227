// The checkboxes of rows, the bar with the number of selected rows, and the checkboxes
// that select a whole table.

import { dialogIsOpen } from './dialog.js'

function boxes(place = document) {
  return [...place.querySelectorAll('.select-target input[name]')]
}

// Updates the selection bar, and the checkboxes that select a whole table, from the
// rows' checkboxes.
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

// Shows the parts that work only with this script.
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
  if (event.key === 'Escape' && !dialogIsOpen()) select(false)
})

prepare()
document.addEventListener('htmx:after:swap', prepare)
