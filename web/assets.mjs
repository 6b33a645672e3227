// Makes web/static/vendor and web/static/icons.svg from the npm packages that
// package-lock.json pins. `make assets` runs it through assets.sh; the results
// are committed, so that building CeSI needs only Go.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PurgeCSS } from 'purgecss'
import { surfaces } from './surfaces.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const modules = join(here, 'node_modules')
const vendor = join(here, 'static', 'vendor')

// A style sheet without external files: Bootswatch imports Google fonts, and both name
// source maps that are not served.
function standalone(css) {
  return css
    .replace(/@import url\([^)]*\);/g, '')
    .replace(/\n?\/\*# sourceMappingURL=.*?\*\//g, '')
    .trimEnd() + '\n'
}

// The scripts without their comments: words there could be taken for classes.
function scripts() {
  const names = readdirSync(join(here, 'scripts'))
  return names.map((name) => readFileSync(join(here, 'scripts', name), 'utf8').replace(/(^|\s)\/\/ .*/g, '')).join('\n')
}

// A style sheet without the rules that no template or script can use. Of Bootstrap's
// 230 KB a tenth remains, 27 times.
async function needed(css) {
  const content = [join(here, 'templates/**/*.html'), { raw: scripts(), extension: 'js' }]
  const [result] = await new PurgeCSS().purge({ content, css: [{ raw: css }] })
  return result.css
}

async function writeStyles() {
  rmSync(vendor, { recursive: true, force: true })
  mkdirSync(join(vendor, 'themes'), { recursive: true })
  const dark = readFileSync(join(here, 'styles', 'dark.css'), 'utf8')
  const bootstrap = join(modules, 'bootstrap', 'dist', 'css', 'bootstrap.min.css')
  writeFileSync(join(vendor, 'bootstrap.min.css'), await needed(standalone(readFileSync(bootstrap, 'utf8'))))
  for (const theme of readdirSync(join(modules, 'bootswatch', 'dist')).sort()) {
    const css = readFileSync(join(modules, 'bootswatch', 'dist', theme, 'bootstrap.min.css'), 'utf8')
    writeFileSync(join(vendor, 'themes', `${theme}.css`), (await needed(standalone(css))) + surfaces(css, dark))
  }
}

function writeScripts() {
  for (const name of ['htmx.min.js', 'ext/hx-sse.min.js']) {
    const script = readFileSync(join(modules, 'htmx.org', 'dist', name), 'utf8')
    const standalone = script.replace(/\n?\/\/# sourceMappingURL=.*/g, '').trimEnd() + '\n'
    writeFileSync(join(vendor, basename(name)), standalone)
  }
}

function writeLicences() {
  for (const name of ['bootstrap', 'bootswatch', 'bootstrap-icons', 'htmx.org']) {
    cpSync(join(modules, name, 'LICENSE'), join(vendor, `LICENSE.${name}.txt`))
  }
}

function templates(dir) {
  return readdirSync(dir, { recursive: true })
    .filter((name) => name.endsWith('.html'))
    .map((name) => readFileSync(join(dir, name), 'utf8'))
}

// The sprite has exactly the icons that the templates name.
function writeSprite() {
  const used = new Set()
  for (const html of templates(join(here, 'templates'))) {
    for (const [, name] of html.matchAll(/icon "([a-z0-9-]+)"/g)) used.add(name)
  }
  const symbols = [...used].sort().map((name) => {
    const svg = readFileSync(join(modules, 'bootstrap-icons', 'icons', `${name}.svg`), 'utf8')
    const inner = svg.replace(/^<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').replace(/\s*\n\s*/g, '')
    return `<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`
  })
  const licence = '<!-- Bootstrap Icons, MIT: vendor/LICENSE.bootstrap-icons.txt -->'
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${licence}\n${symbols.join('\n')}\n</svg>\n`
  writeFileSync(join(here, 'static', 'icons.svg'), sprite)
}

await writeStyles()
writeScripts()
writeLicences()
writeSprite()
