// Messages over the page.

// Toasts about a success disappear by themselves; others stay until dismissed.
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
