// Filters a list while somebody types, by fetching the page that the form would
// lead to and putting its parts in place of the old ones. The form works without
// this script; its button is of no use with it.
'use strict'

const typingPause = 250 // ms

let waiting = 0
let underWay = new AbortController()

// The address that the form leads to, without what says nothing.
function addressOf(form) {
  const address = new URL(form.action)
  for (const [name, value] of new FormData(form)) {
    if (value !== '' && !(name === 'sort' && value === 'name')) address.searchParams.append(name, value)
  }
  return address
}

async function follow(form) {
  underWay.abort()
  underWay = new AbortController()
  const address = addressOf(form)
  try {
    const answer = await fetch(address, { headers: { Accept: 'text/html' }, signal: underWay.signal })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (answer.redirected || !page.querySelector('form[data-live]')) {
      location.assign(address) // logged out, or an error to be read
      return
    }
    history.replaceState(null, '', address)
    swapParts(page)
  } catch (error) {
    if (error.name !== 'AbortError') form.submit()
  }
}

document.addEventListener('input', (event) => {
  const form = event.target.closest('form[data-live]')
  if (!form || event.isComposing) return
  clearTimeout(waiting)
  waiting = setTimeout(() => follow(form), event.target.matches('select, [type="checkbox"]') ? 0 : typingPause)
})

// Text put together with an input method counts once it is done.
document.addEventListener('compositionend', (event) => {
  const form = event.target.closest('form[data-live]')
  if (form) follow(form)
})

document.addEventListener('submit', (event) => {
  if (!event.target.matches('form[data-live]')) return
  event.preventDefault()
  clearTimeout(waiting)
  follow(event.target)
})
