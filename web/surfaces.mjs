// Works out our surfaces and text colours from a Bootswatch theme's own, so that
// every theme can be read: some have grey text of 3:1, or links of 2:1.

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

// The colour, moved towards black or white as little as it takes to be read on
// every ground.
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

// A card stands out from a dark page by being lighter, unless white text could
// not be read on it any more.
function cardOn(ground, text, dark) {
  if (!dark) return ground
  const lighter = parse(format(mix(ground, text, 0.93)))
  return contrast([255, 255, 255], lighter) >= 4.6 ? lighter : parse(format(mix(ground, [0, 0, 0], 0.85)))
}

// The custom properties that app.css builds on, as a rule to append to a theme.
export function surfaces(css) {
  const ground = parse(variable(css, 'body-bg'))
  const text = parse(variable(css, 'body-color'))
  const dark = luminance(text) > luminance(ground)
  const pole = dark ? [255, 255, 255] : [0, 0, 0]
  const page = dark ? ground : parse(format(mix(ground, text, 0.965)))
  const card = cardOn(ground, text, dark)
  const grounds = [page, card]
  const rule = {
    '--page': page,
    '--card': card,
    '--line': mix(ground, text, 0.84),
    '--ink': readable(text, grounds, 7, pole),
    '--dim': readable(mix(text, ground, 0.75), grounds, 4.6, pole),
    '--accent': readable(parse(variable(css, 'link-color')), grounds, 4.6, pole),
  }
  const lines = Object.entries(rule).map(([name, rgb]) => `${name}:${format(rgb)}`)
  return `:root{${lines.join(';')};color-scheme:${dark ? 'dark' : 'light'}}\n`
}
