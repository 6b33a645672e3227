// A command that has not left the browser within three seconds is cancelled, and the
// page says so. A browser has six connections to a server: when streams use all of
// them, a command waits, and would be sent when another window closes.

const patience = 3000 // ms until a command is cancelled

function sayNotSent() {
  const toast = document.getElementById('not-sent').content.cloneNode(true)
  document.getElementById('toasts').prepend(toast)
}

// Sends a request as fetch does. Only XMLHttpRequest reports when a request has left.
function send(action, { method, headers, body, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    let timer = setTimeout(() => {
      timer = setTimeout(() => { // a busy page learns late that it has left
        request.abort()
        sayNotSent()
      })
    }, patience)
    request.upload.addEventListener('load', () => clearTimeout(timer))
    request.addEventListener('loadend', () => clearTimeout(timer))
    request.addEventListener('load', () => {
      const lines = request.getAllResponseHeaders().trim().split(/[\r\n]+/)
      const text = [204, 205, 304].includes(request.status) ? null : request.responseText
      resolve(new Response(text, { status: request.status, headers: lines.filter(Boolean).map((line) => line.split(/: (.*)/s, 2)) }))
    })
    for (const end of ['error', 'abort']) request.addEventListener(end, () => reject(new DOMException('not sent', 'AbortError')))
    signal?.addEventListener('abort', () => request.abort())
    request.open(method, action)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.send(body)
  })
}

document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = event.detail
  if (ctx.request.method.toUpperCase() === 'POST') ctx.fetch = send
})

// A form that leads to another page can't report when it has left. It is sent only
// after a small request has shown that the server can be reached.
const asked = new WeakSet() // forms that wait for that reply
const cleared = new WeakSet() // forms that may be sent

document.addEventListener('submit', async (event) => {
  const form = event.target
  if (form.method !== 'post' || form.id === 'act' || cleared.delete(form)) return
  event.preventDefault()
  event.stopImmediatePropagation()
  if (asked.has(form)) return
  asked.add(form)
  try {
    await fetch(document.body.dataset.health, { cache: 'no-store', signal: AbortSignal.timeout(patience) })
    cleared.add(form)
    form.requestSubmit(event.submitter)
  } catch {
    sayNotSent()
  } finally {
    asked.delete(form)
  }
}, true)
