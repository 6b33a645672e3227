// Keeps the page up to date: follows its stream, counts times on, and says when the
// connection is lost. htmx puts the elements of the stream in place.

import { parseHTML } from './html.js'

const stream = () => document.getElementById('stream') // another one after a filter
const offline = document.getElementById('offline')
const patience = 4400 // ms without a sign of life before the page says so: two beats and a little more
const sentence = offline?.querySelector('.flash-text')
const lost = sentence?.textContent
let connection = null
let refused = false // the server has answered, but without a stream
let silence = 0 // the timer for the patience
let ahead = Date.now() - Number(document.body.dataset.now) // of the server's clock

// "2 h 14 min", as the server words it.
function duration(seconds) {
  const [day, hour, minute, second] = document.body.dataset.units.split(' ')
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  if (d) return h ? `${d} ${day} ${h} ${hour}` : `${d} ${day}`
  if (h) return m ? `${h} ${hour} ${m} ${minute}` : `${h} ${hour}`
  return m ? `${m} ${minute}` : `${Math.floor(seconds)} ${second}`
}

function tick() {
  if (!offline.hidden) return // it is not known whether they still last
  const now = Date.now() - ahead
  for (const e of document.querySelectorAll('[data-since]')) {
    const lasted = duration(Math.max(0, now - Number(e.dataset.since)) / 1000)
    const text = e.dataset.text?.replace('%s', lasted) ?? lasted
    if (e.textContent !== text) e.textContent = text
  }
}

function show(connected) {
  offline.hidden = connected
  document.body.classList.toggle('offline', !connected)
  document.querySelector('[data-connected]').hidden = !connected
  document.querySelector('[data-as-of]').hidden = connected
}

function listen() {
  clearTimeout(silence)
  silence = setTimeout(silent, patience)
}

function alive() {
  if (sentence.textContent !== lost) sentence.textContent = lost // this announces it
  listen()
  show(true)
}

// Says that the stream is silent, and connects it again.
function silent() {
  listen()
  if (document.hidden) return
  show(false)
  if (connection) connection.reader?.cancel()
  else connect()
}

function connect() {
  htmx.ajax('GET', stream().getAttribute('data-hx-sse:connect'), { source: stream() })
}

// htmx pauses the stream of a tab that becomes hidden, but not of one that was hidden
// when it loaded: a browser has six connections to a server for all tabs.
function unlessHidden(event) {
  if (!document.hidden && !refused) return
  event.preventDefault()
  if (refused) {
    refused = false
    setTimeout(connect) // it gets the reason, unlike the stream's own tries
    return
  }
  document.addEventListener('visibilitychange', connect, { once: true })
}

// Says why the server refuses to keep the page up to date. It tries again only if the
// server was asked too often.
function refuse(event) {
  const { sourceElement, response, text } = event.detail.ctx
  if (sourceElement !== stream() || response.status >= 500) return
  const reason = parseHTML(text).querySelector('.flash-text')
  if (reason) sentence.textContent = reason.textContent.trim()
  show(false)
  clearTimeout(silence)
  if (response.status === 429) silence = setTimeout(silent, 30000)
  else document.removeEventListener('visibilitychange', listen)
}

function broken(event) {
  show(false)
  refused = event.detail.status >= 400 && event.detail.status < 500
}

if (stream()) {
  document.addEventListener('htmx:response:error', refuse)
  document.addEventListener('htmx:sse:before:connection', unlessHidden)
  document.addEventListener('htmx:sse:after:connection', (event) => {
    connection = event.detail.connection
    alive()
  })
  document.addEventListener('htmx:sse:close', (event) => {
    if (event.detail.connection === connection) connection = null
  })
  document.addEventListener('htmx:sse:before:message', alive)
  document.addEventListener('htmx:sse:error', broken)
  document.addEventListener('beat', (event) => { ahead = Date.now() - Number(event.detail.data) })
  // A page that must reload as soon as it is loaded must not do so all the time.
  document.addEventListener('reload', () => setTimeout(() => location.reload(), Math.max(0, 2000 - performance.now())))
  document.addEventListener('visibilitychange', listen)
  listen()
}
if (document.body.dataset.units) setInterval(tick, 1000)
