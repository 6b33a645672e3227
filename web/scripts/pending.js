// Shows at once that a button was pressed, and then the actual result.

// The row, or the head of a process's page, shows the command until it is rendered
// again.
function markPending(button) {
  const row = button.closest('tr, li, .process-head')
  const badge = row?.querySelector('.state')
  if (!badge || !button.dataset.pending) return
  const was = badge.cloneNode(true)
  row.classList.add('pending')
  badge.lastChild.textContent = button.dataset.pending
  return () => {
    if (!row.classList.contains('pending')) return // rendered again since
    row.classList.remove('pending')
    badge.replaceWith(was)
  }
}

const underway = new Map() // requests, with the function that undoes their mark

document.addEventListener('htmx:before:request', (event) => {
  const { ctx } = event.detail
  const button = ctx.sourceEvent?.submitter
  if (!button) return
  button.disabled = true
  const unmark = markPending(button)
  underway.set(ctx, () => {
    button.disabled = false
    unmark?.()
  })
})

document.addEventListener('htmx:finally:request', (event) => {
  underway.get(event.detail.ctx)?.()
  underway.delete(event.detail.ctx)
})
