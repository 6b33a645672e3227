// Computes our surface and text colours from those of a Bootswatch theme, so that every
// theme is readable: some have grey text of 3:1, or links of 2:1.

function parse(colour) {
  const hex = colour.trim().replace('#', '')
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join('') : hex
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16))
}

function format(rgb) {
  return '#' + rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')
}

function mix(a, b, share) {
  return a.map((v, i) => v * share + b[i] * (1 - share))
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => {
    const s = v / 255
    return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

// The colour, moved towards black or white only as far as needed to be readable on
// every background.
function readable(colour, grounds, least, pole) {
  for (let share = 1; share > 0; share -= 0.02) {
    const tried = parse(format(mix(colour, pole, share)))
    if (grounds.every((ground) => contrast(tried, ground) >= least)) return tried
  }
  return pole
}

function variable(css, name) {
  return css.match(new RegExp(`--bs-${name}:(#[0-9a-fA-F]+)`))[1]
}

// The background, darkened only as far as needed for every text to be readable on it.
function bearing(ground, texts, least) {
  for (let share = 1; share > 0; share -= 0.02) {
    const tried = parse(format(mix(ground, [0, 0, 0], share)))
    if (texts.every((text) => contrast(text, tried) >= least)) return tried
  }
  return [0, 0, 0]
}

// On a dark page a card is lighter, if that stays readable; on a light page it has the
// theme's own background.
function grounds(ground, text, states) {
  if (luminance(text) <= luminance(ground)) {
    return { page: parse(format(mix(ground, text, 0.965))), card: ground }
  }
  const page = bearing(ground, states, 4.6)
  return { page, card: bearing(parse(format(mix(page, text, 0.93))), states, 4.6) }
}

// The custom properties that app.css uses, as a rule to append to a theme. states is
// the style sheet with the state colours for dark backgrounds.
export function surfaces(css, states) {
  const text = parse(variable(css, 'body-color'))
  const own = parse(variable(css, 'body-bg'))
  const dark = luminance(text) > luminance(own)
  const pole = dark ? [255, 255, 255] : [0, 0, 0]
  const { page, card } = grounds(own, text, stateColours(states))
  const rule = {
    '--page': page,
    '--card': card,
    '--line': mix(card, text, 0.84),
    '--ink': readable(text, [page, card], 7, pole),
    '--dim': readable(mix(text, card, 0.75), [page, card], 4.6, pole),
    '--accent': readable(parse(variable(css, 'link-color')), [page, card], 4.6, pole),
  }
  const lines = Object.entries(rule).map(([name, rgb]) => `${name}:${format(rgb)}`)
  return `:root{${lines.join(';')};color-scheme:${dark ? 'dark' : 'light'}}\n`
}

// The colours of the states' texts, which are also used on pages and cards.
function stateColours(css) {
  return [...css.matchAll(/--(running|bad|warning|moving): (#[0-9a-f]{6})/g)].map(([, , colour]) => parse(colour))
}
