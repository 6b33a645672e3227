package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"cesi/internal/supervisor/supervisortest"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeScript is axe-core, as web/axe.sh gets it. Without it the test is skipped,
// or fails where CI=true.
func axeScript(t testing.TB) string {
	t.Helper()
	script, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatal(err)
	default:
		t.Skipf("SKIPPED, NOT TESTED: axe-core is missing: make test gets it (%v)", err)
	}
	return string(script)
}

// axeRun checks the page for violations of WCAG 2.2 A and AA.
const axeRun = `axe.run(document, {
  runOnly: RULES,
  resultTypes: ['violations'], preload: false, iframes: false,
}).then(found => JSON.stringify(found.violations.flatMap(rule => rule.nodes.map(node =>
  rule.id + ': ' + node.html.slice(0, 200) + ' ' + node.any.concat(node.all, node.none).map(check => check.message).join('; ')))))`

// rulesIn are axe's rules for each colour scheme: those of WCAG 2.2 A and AA for the first,
// and for the second only those on colours, which alone can differ.
var rulesIn = map[string]string{
	"light": `{ type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }`,
	"dark":  `['color-contrast', 'link-in-text-block']`,
}

// barriers returns the violations that axe, which is already loaded, finds in the page.
func (b *tab) barriers(rules string) []string {
	b.t.Helper()
	var text string
	b.run(chromedp.Evaluate(strings.Replace(axeRun, "RULES", rules, 1), &text, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		b.t.Fatal(err)
	}
	return found
}

// troubledPrograms are in every state that shows.
const troubledPrograms = `[program:web]
command = tail -f /dev/null
startsecs = 1
[program:talker]
command = sh -c "while :; do echo a line of text; sleep 0.2; done"
startsecs = 0
[program:worker]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)02d
numprocs = 3
startsecs = 0
[program:broken]
command = /nowhere
[program:wrong]
command = sh -c "exit 3"
startsecs = 0
autorestart = false
[program:over]
command = true
startsecs = 0
autorestart = false
[program:idle]
command = tail -f /dev/null
autostart = false
`

// openPages are the pages without login.
var openPages = []axePage{{path: "/login"}, {
	path:  "/login",
	first: `for (const e of document.querySelectorAll('[required]')) e.value = 'wrong'; document.querySelector('.btn-primary').click()`,
	until: ".problem",
}}

// axePages are one of each kind that an administrator sees.
var axePages = []axePage{
	{path: "/"}, {path: "/nodes"}, {path: "/nodes?state=down"}, {path: "/nodes/alpha"}, {path: "/nodes/gone"}, {path: "/nodes/nowhere"},
	{path: "/nodes/alpha", first: `document.querySelectorAll('tr.process input')[3].click()`, until: ".process :checked"},
	{path: "/nodes/alpha", first: `document.querySelector('[formaction$="web:web/restart"]').click()`, until: ".toasts .flash"},
	{path: "/nodes/alpha/processes/talker:talker"}, {path: "/nodes/alpha/processes/broken:broken"}, {path: "/nodes/alpha/daemon"},
	{path: "/processes"}, {path: "/processes?q=nothing+like+it"}, {path: "/processes?state=RUNNING&sort=-uptime"},
	{path: "/groups"}, {path: "/groups/worker"}, {path: "/environments"}, {path: "/environments/production"},
	{path: "/activity"}, {path: "/activity?result=failed"}, {path: "/activity/ENTRY"}, {path: "/activity/purge"},
	{path: "/users"}, {path: "/users/admin"}, {path: "/profile"}, {path: "/about/style"},
	{path: "/help"}, {path: "/help/users"}, {path: "/help/api"},
	{path: "/about", first: `document.querySelector('.user-menu').open = true`, until: "[open]"},
	{path: "/about", first: `document.querySelector('.nav-menu').open = true`, until: "[open]"},
	{path: "/about", first: `document.querySelector('[data-palette]').click()`, until: ".palette-item"},
	{path: "/about", first: `document.getElementById('keys').showModal()`, until: "#keys[open]"},
	{path: "/nodes/alpha/daemon/confirm?action=shutdown"}, {path: "/users/admin/sessions"},
	{path: "/nodes/alpha/confirm?action=start"}, {path: "/nodes/alpha/confirm?action=stop&group=worker"},
	{path: "/nodes/alpha/processes/talker:talker/log/stdout", until: ".log-live"},
	{path: "/nodes/alpha/processes/talker:talker/log/stdout/search?q=line"},
	{path: "/nodes/alpha/processes/idle:idle/log/stderr"}, {path: "/nodes/alpha/log"},
}

// axePage is a page, a script to run in it first, and a condition to wait for then.
type axePage struct{ path, first, until string }

// looks are the ways in which people see the pages; each page is looked at in
// light and in dark.
var looks = []struct {
	name, language string
	width          int64
}{
	{"English", "en", 1280},
	{"Chinese, a phone", "zh-CN", 360},
}

func TestAccessibility_Axe(t *testing.T) {
	t.Parallel()
	script := axeScript(t)
	s := &scene{alpha: supervisortest.Start(t, supervisortest.Options{Programs: troubledPrograms})}
	s.alpha.WaitState("broken", "FATAL")
	alpha := s.alpha.Node("alpha")
	alpha.Environments = []string{"production"}
	gone := alpha
	gone.Name, gone.URL = "gone", fmt.Sprintf("http://127.0.0.1:%d", supervisortest.FreePort(t))
	s.in = startCesi(t, nodesConf(alpha, gone), "poll_interval = 0.5")
	admin := s.in.login(t)
	admin.api("POST", "/api/v2/nodes/alpha/all-processes/restart", nil, nil)
	entry := fmt.Sprint(admin.lastCommand().parent.ID)
	c := startChromium(t)
	for _, look := range looks {
		t.Run(look.name, func(t *testing.T) {
			t.Parallel()
			known := map[string]bool{}
			admin := c.stranger()
			admin.open(t, s.in.url, "/login").login("admin", adminPassword)
			for b, pages := range map[*tab][]axePage{
				c.stranger().open(t, s.in.url, "/login"): openPages,
				admin.open(t, s.in.url, "/about"):        axePages,
			} {
				b.ignoreErrors("(Not Found)") // pages say it too
				b.ignoreErrors("(Unauthorized)")
				b.screen(look.width, 800)
				b.run(network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": look.language}))
				for _, p := range pages {
					p.path = strings.ReplaceAll(p.path, "ENTRY", entry)
					b.look(p, script, known)
				}
			}
		})
	}
}

// look checks a page for new violations and for animations: as loaded in light, and
// after a change to dark.
func (b *tab) look(p axePage, script string, known map[string]bool) {
	b.t.Helper()
	b.prefer("light")
	b.visit(p.path)
	if p.first != "" {
		b.waitFor(p.path+" to do "+p.first, "(() => { "+p.first+"; return true })()")
	}
	if p.until != "" {
		b.waitFor(p.path+" to have "+p.until, fmt.Sprintf("document.querySelector(%q)", p.until))
	}
	var nothing any
	b.run(chromedp.Evaluate(script+";null", &nothing))
	for _, scheme := range []string{"light", "dark"} {
		b.prefer(scheme)
		if ground := b.string("getComputedStyle(document.body).backgroundColor"); ground != grounds[scheme] {
			b.t.Errorf("%s in %s is on %s", p.path, scheme, ground)
		}
		for _, barrier := range b.barriers(rulesIn[scheme]) {
			if barrier = scheme + ": " + barrier; !known[barrier] {
				b.t.Errorf("%s %s: %s", p.path, p.first, barrier)
			}
			known[barrier] = true
		}
	}
	if b.is(moves) {
		b.t.Errorf("%s: something moves", p.path)
	}
}

// grounds are the background colours of the schemes.
var grounds = map[string]string{"light": "rgb(245, 247, 250)", "dark": "rgb(17, 22, 29)"}

// prefer sets the system's colour scheme, and reduced motion.
func (b *tab) prefer(scheme string) {
	b.t.Helper()
	b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}))
}

// moves reports whether anything in the page is animated.
const moves = `[...document.querySelectorAll('*')].some(e => {
  const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e)
  return parseFloat(transitionDuration) > 0 || animationName !== 'none' || scrollBehavior === 'smooth'
})`
