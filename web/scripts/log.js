// Shows logs live: [data-log-tail] is a panel of partials/log.html, and its value is
// the address of the event stream. Panels with the same address share the stream;
// data-log-stream says which of its logs a panel shows.

import { parseHTML } from './html.js'

const maxText = 1 << 20 // characters kept in a page, and while paused
const nearEnd = 40 // pixels
const grace = 5000 // ms for which a hidden log is still followed

// One span of the log's text, as the server sends it.
function draw([content, name]) {
  if (!name) return document.createTextNode(content)
  const span = document.createElement('span')
  span.className = name
  span.textContent = content
  return span
}

// Stores the words for the other state of a button, and returns the earlier ones.
function otherWords(button, words) {
  const other = button.dataset.other
  button.dataset.other = words
  return other
}

// An event stream, and the panels that it fills. It is open only while they are
// visible: a browser has six connections to a server for all its tabs.
class Feed {
  constructor(address, panels) {
    this.address = address
    this.tails = panels.map((panel) => new Tail(panel))
    const look = () => {
      clearTimeout(this.leaving)
      if (document.hidden) this.leaving = setTimeout(() => this.leave(), grace)
      else this.listen()
    }
    document.addEventListener('visibilitychange', look)
    addEventListener('pageshow', look)
    addEventListener('pagehide', () => this.leave())
    if (!document.hidden) this.listen()
  }

  leave() {
    clearTimeout(this.leaving)
    this.source?.close()
    this.source = null
    this.left = true
  }

  listen() {
    if (this.source || this.over()) return
    const address = new URL(this.address, location.href)
    for (const tail of this.tails) {
      if (this.left) tail.back()
      tail.setStart(address.searchParams)
    }
    this.source = new EventSource(address)
    for (const tail of this.tails) {
      tail.hear(this.source, () => {
        if (this.over()) this.source?.close()
      })
    }
    const source = this.source
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED && source === this.source) this.explain(address)
    })
  }

  // Says why the stream was refused, which the browser does not reveal, and asks again
  // later if the answer may change.
  async explain(address) {
    const { source } = this
    const ended = new AbortController()
    let later = 5000 // ms
    try {
      const answer = await fetch(address, { headers: { Accept: 'text/html', 'HX-Request': 'true' }, signal: ended.signal })
      if (answer.status === 429) later = 30000
      else if (answer.status >= 400 && answer.status < 500) later = 0
      if (answer.ok) later = 1000
      else this.say(parseHTML(await answer.text()).querySelector('.flash-text bdi')?.textContent.trim(), later)
    } catch {
      this.say('', later)
    } finally {
      ended.abort()
    }
    if (later) setTimeout(() => this.again(source), later)
  }

  // Shows why the logs are not live; without a sentence, whether they will be.
  say(sentence, later) {
    for (const tail of this.tails) {
      const words = later ? tail.panel.dataset.sayOffline : tail.panel.dataset.sayRefused
      if (!tail.ended) tail.show({ live: false, sentence: sentence || words })
    }
  }

  // Requests the stream again, unless that has already happened.
  again(source) {
    if (this.source !== source) return
    this.source = null
    if (!document.hidden) this.listen()
  }

  over() { return this.tails.every((tail) => tail.ended) }
}

class Tail {
  constructor(panel) {
    this.panel = panel
    this.log = panel.dataset.logStream ?? ''
    this.text = panel.querySelector('.log-text')
    this.state = panel.querySelector('[data-log-state]')
    this.pauseButton = panel.querySelector('[data-log-pause]')
    this.followButton = panel.querySelector('[data-log-follow]')
    this.length = this.text.textContent.length
    this.waiting = []
    this.waitingLength = 0
    this.follow = !location.hash || this.log !== ''
    this.prepare()
  }

  prepare() {
    this.state.parentElement.hidden = false
    this.pauseButton.hidden = false
    this.pauseButton.addEventListener('click', () => this.pause(!this.paused))
    this.followButton.addEventListener('click', () => this.toEnd())
    this.text.addEventListener('scroll', () => this.scrolled(), { passive: true })
    if (this.follow) this.toEnd()
  }

  // Says where the stream has to begin: after the text that was received.
  setStart(values) {
    const name = this.log || 'from'
    if (this.come > 0) values.set(name, this.come)
    else if (this.come) values.delete(name) // the place of that text is not known
  }

  // The page is visible again after a while.
  back() {
    if (this.come && !this.ended) this.seam(this.come > 0 ? this.panel.dataset.sayBack : this.panel.dataset.sayUnsure)
  }

  hear(source, whenEnded) {
    const on = (name, act) => source.addEventListener(this.log ? `${this.log}-${name}` : name, (event) => {
      if (!this.ended) act(JSON.parse(event.data), event.lastEventId)
    })
    on('text', (spans, id) => {
      this.come = Number(this.log ? new URLSearchParams(id).get(this.log) : id)
      this.take(spans)
    })
    on('seam', ({ sentence }) => this.seam(sentence))
    on('state', (state) => this.show(state))
    on('end', ({ sentence }) => {
      this.ended = true
      this.show({ live: false, sentence })
      this.seam(this.panel.dataset.sayEnded)
      whenEnded()
    })
    source.addEventListener('error', () => {
      const refused = source.readyState === EventSource.CLOSED
      if (!this.ended) this.show({ live: false, sentence: refused ? this.panel.dataset.sayRefused : this.panel.dataset.sayOffline })
    })
  }

  show({ live, sentence }) {
    this.panel.classList.toggle('log-live', live)
    if (this.state.textContent !== sentence) this.state.textContent = sentence
  }

  seam(sentence) { this.take([[`\u2508 ${sentence}\n`, 'log-seam']]) }

  take(spans) {
    if (!this.paused) {
      this.append(spans)
      return
    }
    this.waiting.push(spans)
    for (const [content] of spans) this.waitingLength += content.length
    while (this.waitingLength > maxText) {
      for (const [content] of this.waiting.shift()) this.waitingLength -= content.length
      this.missed = true
    }
  }

  append(spans) {
    this.panel.querySelector('.log-empty')?.remove()
    this.panel.querySelector('[data-log-where]')?.remove() // no longer true
    const added = document.createDocumentFragment()
    for (const span of spans) {
      added.append(draw(span))
      this.length += span[0].length
    }
    this.text.append(added)
    this.trim()
    if (this.follow) this.text.scrollTop = this.text.scrollHeight
  }

  // Removes the oldest text, so that a page that stays open for days does not grow.
  trim() {
    if (this.length <= maxText) return
    const place = this.text.scrollTop - this.text.scrollHeight
    while (this.length > maxText * 0.8 && this.text.childNodes.length > 1) {
      this.length -= this.text.firstChild.textContent.length
      this.text.firstChild.remove()
    }
    this.text.scrollTop = place + this.text.scrollHeight
    delete this.panel.dataset.logOlder // it would leave a gap
    this.panel.querySelector('.log-more a')?.remove()
  }

  pause(on) {
    this.paused = on
    this.pauseButton.querySelector('span').textContent = otherWords(this.pauseButton, this.pauseButton.textContent.trim())
    this.pauseButton.setAttribute('aria-pressed', on)
    this.panel.classList.toggle('log-paused', on)
    if (on) return
    const waiting = this.waiting
    this.waiting = []
    this.waitingLength = 0
    if (this.missed) this.seam(this.panel.dataset.sayMissed)
    this.missed = false
    for (const spans of waiting) this.append(spans)
  }

  toEnd() {
    this.follow = true
    this.followButton.hidden = true
    this.text.scrollTop = this.text.scrollHeight
  }

  scrolled() {
    const rest = this.text.scrollHeight - this.text.clientHeight - this.text.scrollTop
    this.follow = rest < nearEnd
    this.followButton.hidden = this.follow
  }
}

const loading = new WeakSet() // panels that load older text

// Loads the part before the text when the user scrolls to its top.
async function older(panel) {
  const text = panel.querySelector('.log-text')
  const from = panel.dataset.logOlder
  if (!from || loading.has(panel)) return
  loading.add(panel)
  try {
    const answer = await fetch(from, { headers: { Accept: 'text/html' } })
    const page = parseHTML(await answer.text())
    const next = page.querySelector('.log-panel')
    const lines = next?.querySelector('.log-text')
    if (!answer.ok || !lines || panel.dataset.logOlder !== from) return
    const place = text.scrollTop - text.scrollHeight
    text.prepend(...lines.childNodes)
    text.scrollTop = place + text.scrollHeight
    const more = panel.querySelector('.log-more')
    if (next.dataset.logOlder) {
      panel.dataset.logOlder = next.dataset.logOlder
      more.querySelector('a').href = next.dataset.logOlder
    } else {
      delete panel.dataset.logOlder
      more.remove()
    }
    panel.querySelector('[data-log-where]')?.remove()
  } catch {
    // The link is still there to try again.
  } finally {
    loading.delete(panel)
  }
}

function wrap(event, panel) {
  const link = event.target.closest('[data-log-wrap]')
  if (!link) return
  event.preventDefault()
  const here = location.pathname + location.search
  panel.querySelector('.log-text')?.classList.toggle('log-wrapped')
  link.title = otherWords(link, link.title)
  link.setAttribute('aria-label', link.title)
  if (panel.dataset.logPage !== undefined) {
    history.replaceState(null, '', link.href)
    link.href = here
  }
}

// Starts the panels that are new since the last call.
function start() {
  const feeds = new Map() // panels by the address of their stream
  for (const panel of document.querySelectorAll('.log-panel')) {
    const text = panel.querySelector('.log-text')
    if (!text || started.has(panel)) continue
    started.add(panel)
    panel.addEventListener('click', (event) => wrap(event, panel))
    text.addEventListener('scroll', () => {
      if (text.scrollTop < 200) older(panel)
    }, { passive: true })
    const address = panel.dataset.logTail
    if (address) feeds.set(address, [...(feeds.get(address) ?? []), panel])
    else if (new URLSearchParams(location.search).has('before')) text.scrollTop = text.scrollHeight
  }
  for (const [address, panels] of feeds) new Feed(address, panels)
}

const started = new WeakSet()
start()
document.addEventListener('htmx:after:swap', start)
