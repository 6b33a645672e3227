// Messages over the page.

// Toasts about a success disappear by themselves; others stay until dismissed.
const seen = new WeakSet()

document.addEventListener('htmx:after:swap', () => {
  for (const toast of document.querySelectorAll('.toasts .flash-running')) {
    if (seen.has(toast)) continue
    seen.add(toast)
    setTimeout(() => toast.remove(), 6000)
  }
})

document.addEventListener('click', (event) => {
  const dismiss = event.target.closest('.toasts .icon-button')
  if (!dismiss) return
  event.preventDefault()
  dismiss.closest('.flash').remove()
})
