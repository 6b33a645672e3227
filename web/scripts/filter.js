// Filters a list while the user types, by fetching the page to which the form leads.
// The form works without this script; with it, its button is not needed.

import { parseHTML } from './html.js'

const typingPause = 250 // ms

let waiting = 0
let underWay = new AbortController()

// The address of the form, without empty fields. A field may be called "action", and
// hide the form's property of that name.
function addressOf(form) {
  const address = new URL(form.getAttribute('action'), location.href)
  for (const [name, value] of new FormData(form)) {
    if (value !== '' && !(name === 'sort' && value === 'name')) address.searchParams.append(name, value)
  }
  return address
}

// Puts the content of the fetched page in place, keeping unchanged parts, and follows
// its stream from now on.
function show(page) {
  const part = (id, how) => `<hx-partial id="${id}" hx-swap="${how}">${page.getElementById(id).outerHTML}</hx-partial>`
  const text = part('live', 'outerMorph') + part('act', 'outerMorph') + part('stream', 'outerHTML')
  return htmx.swap({ text, swap: 'none', sourceElement: document.body })
}

async function follow(form) {
  underWay.abort()
  underWay = new AbortController()
  const address = addressOf(form)
  try {
    const answer = await fetch(address, { headers: { Accept: 'text/html' }, signal: underWay.signal })
    const page = parseHTML(await answer.text())
    if (answer.redirected || !page.querySelector('form[data-filter]')) {
      location.assign(address) // logged out, or an error page
      return
    }
    history.replaceState(null, '', address)
    await show(page)
  } catch (error) {
    if (error.name !== 'AbortError') form.submit()
  }
}

document.addEventListener('input', (event) => {
  const form = event.target.closest('form[data-filter]')
  if (!form || event.isComposing) return
  clearTimeout(waiting)
  waiting = setTimeout(() => follow(form), event.target.matches('select, [type="checkbox"]') ? 0 : typingPause)
})

// Text of an input method counts once it is complete.
document.addEventListener('compositionend', (event) => {
  const form = event.target.closest('form[data-filter]')
  if (form) follow(form)
})

document.addEventListener('submit', (event) => {
  if (!event.target.matches('form[data-filter]')) return
  event.preventDefault()
  clearTimeout(waiting)
  follow(event.target)
})
