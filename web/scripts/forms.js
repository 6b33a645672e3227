// Forms that lead to another page.

// A second click on the same button would send the command twice. The buttons are
// disabled after the form has been read.
document.addEventListener('submit', (event) => {
  if (event.target.method !== 'post' || event.target.id === 'act') return // htmx sends that one
  const buttons = [...event.target.elements].filter((e) => e.type === 'submit' && !e.disabled)
  setTimeout(() => {
    for (const button of buttons) button.disabled = true
  })
  // The browser's "back" shows the page as it was before.
  addEventListener('pageshow', () => {
    for (const button of buttons) button.disabled = false
  }, { once: true })
})

// A form that needs a typed name can be sent only once it is typed.
document.addEventListener('input', (event) => {
  if (!event.target.matches('[data-typed]')) return
  const button = event.target.form.querySelector('.btn-stop')
  button.disabled = event.target.value !== event.target.placeholder
})
