// Converts times to the reader's zone. The server writes them in its own. data-form is
// the format: "clock" and "full" name the zone, "minute" is a time of day, "words" is
// not changed, all others are as short as possible.

const language = document.documentElement.lang
const said = new WeakMap() // the text that this script gave an element
const two = (n) => String(n).padStart(2, '0')
const zoneOf = new Intl.DateTimeFormat(language, { timeZoneName: 'short' })
const monthOf = new Intl.DateTimeFormat(language, { month: 'short' })

const minute = (t) => `${two(t.getHours())}:${two(t.getMinutes())}`
const clock = (t) => `${minute(t)}:${two(t.getSeconds())}`
const zone = (t) => zoneOf.formatToParts(t).find((part) => part.type === 'timeZoneName').value
const full = (t) => `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${clock(t)} ${zone(t)}`

// "2 Jan", "2 Jan 2006", as the server writes them in the page's language.
function day(t, year) {
  if (language.startsWith('en')) return [t.getDate(), monthOf.format(t), year && t.getFullYear()].filter(Boolean).join(' ')
  return t.toLocaleDateString(language, { month: 'short', day: 'numeric', year: year ? 'numeric' : undefined })
}

// Without the date today, and without seconds after years.
function short(t) {
  const now = new Date()
  if (t.toDateString() === now.toDateString()) return clock(t)
  return t.getFullYear() === now.getFullYear() ? `${day(t)} ${clock(t)}` : `${day(t, true)} ${minute(t)}`
}

function say(element) {
  const known = said.get(element)
  if (known && known.time === element.dateTime && known.text === element.textContent && known.title === element.title) return
  const t = new Date(element.dateTime)
  if (isNaN(t)) return
  const forms = { clock: () => `${clock(t)} ${zone(t)}`, full: () => full(t), minute: () => minute(t), words: () => element.textContent }
  const text = (forms[element.dataset.form] ?? (() => short(t)))()
  if (element.textContent !== text) element.textContent = text
  if (element.title !== full(t)) element.title = full(t)
  said.set(element, { time: element.dateTime, text, title: element.title })
}

const sayAll = () => document.querySelectorAll('time[datetime]').forEach(say)
const inLog = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest('.log-text')

sayAll()
// A live page receives times in the server's zone.
new MutationObserver((changes) => {
  if (changes.some((change) => !inLog(change.target))) sayAll()
}).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['datetime', 'title'] })
