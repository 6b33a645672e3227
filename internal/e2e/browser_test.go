package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"cesi/internal/supervisor/supervisortest"
)

// watchedPrograms are the programs of the browser tests: web takes a second to start,
// victim stays down when it ends, talker writes to both its logs, 工人 has a Chinese
// name.
const watchedPrograms = `[program:web]
command = tail -f /dev/null
startsecs = 1
[program:victim]
command = tail -f /dev/null
startsecs = 0
autorestart = false
[program:talker]
command = sh -c "i=0; while :; do i=$((i+1)); echo line number $i.; echo complaint $i. >&2; sleep 0.2; done"
startsecs = 0
[program:worker]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)02d
numprocs = 20
startsecs = 0
[program:工人]
command = tail -f /dev/null
startsecs = 0
`

// scene is a fleet, its cesi and a browser in which the administrator is logged
// in.
type scene struct {
	alpha, beta *supervisortest.Supervisor
	in          *instance
	chromium    *chromium
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{}
	var nodes []string
	for name, supervisor := range map[string]**supervisortest.Supervisor{"alpha": &s.alpha, "beta": &s.beta} {
		*supervisor = supervisortest.Start(t, supervisortest.Options{Programs: watchedPrograms})
		node := (*supervisor).Node(name)
		node.Environments = []string{"production"}
		nodes = append(nodes, nodesConf(node))
	}
	s.in = startCesi(t, strings.Join(nodes, ""), "poll_interval = 0.5")
	s.chromium = startChromium(t)
	b := s.chromium.open(t, s.in.url, "/login")
	b.login("admin", adminPassword)
	return s
}

// login logs in through the form that the tab shows.
func (b *tab) login(name, password string) {
	b.t.Helper()
	b.write("[name=username]", name)
	b.write("[name=password]", password)
	b.click(".btn-primary")
	b.waitFor("the way past the login", `!location.pathname.endsWith('/login')`)
}

// stay marks the page, so that same can check whether it was loaded again.
func (b *tab) stay() {
	b.t.Helper()
	b.waitFor("a mark on the page", "window.stayed = true")
}

func (b *tab) same() {
	b.t.Helper()
	if !b.is("window.stayed") {
		b.t.Error("the page was loaded again")
	}
}

// row is the selector of a process's row on a page.
func row(node, process string) string { return fmt.Sprintf("[id='process-%s/%s']", node, process) }

// sceneTest is one of the tests that share a scene, in their order.
type sceneTest struct {
	name string
	test func(*testing.T, *scene)
}

func runScene(t *testing.T, tests []sceneTest) {
	t.Helper()
	s := newScene(t)
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) { c.test(t, s) })
	}
}

// TestBrowser_Commands tests rows that change, and clicks on them.
func TestBrowser_Commands(t *testing.T) {
	t.Parallel()
	runScene(t, []sceneTest{
		{"filter: follows typing", testFilterAsYouType},
		{"restart: progress at once, then the result", testRestart},
		{"restart: progress on the process's page", testRestartOnItsPage},
		{"rows: leave, enter and move", testRowsMove},
		{"row: changes without reload", testKilledOutside},
		{"pointer: a double click acts on one row", testDoubleClick},
		{"pointer: a button with a new meaning ignores the click", testButtonChanges},
		{"pointer: an element that appears under it ignores the click", testOthersUnderPointer},
		{"dialog: a second click or Enter stops there", testBelowDialog},
		{"command: cancelled if it does not leave the browser", testNotSent},
		{"row: a change keeps selection, focus and place", testKept},
		{"selection: restart of many", testBulk},
	})
}

// TestBrowser_ReadingAndKeys tests logs, the palette, the keyboard, times and colours.
func TestBrowser_ReadingAndKeys(t *testing.T) {
	t.Parallel()
	runScene(t, []sceneTest{
		{"log: live", testLog},
		{"log: stdout and stderr live", testBothLogs},
		{"palette: stops a process", testPalette},
		{"palette: finds everything", testPaletteFinds},
		{"palette: by keyboard only", testPaletteKeys},
		{"palette: focus", testPaletteFocus},
		{"keyboard: skip link comes first", testSkipLink},
		{"single keys: search and list of keys", testSingleKeys},
		{"single keys: switched off", testKeysOff},
		{"single keys: switched off without storage", testKeysForgotten},
		{"times: reader's zone", testZone},
		{"profile: language and colours", testPreferences},
		{"phone: no page is wider than the screen", testPhone},
	})
}

// TestBrowser_Connection tests how tabs keep, lose and restore their streams.
func TestBrowser_Connection(t *testing.T) {
	t.Parallel()
	runScene(t, []sceneTest{
		{"hidden tab: log stream closes and catches up", testHiddenLog},
		{"hidden tab: stream closes and catches up", testHiddenTab},
		{"hidden tab: no stream if loaded hidden", testLoadedHidden},
		{"tabs: seven load pages", testManyTabs},
		{"stream: refusal says why, and is tried again", testRefused},
		{"stream: unknown page says so", testNotFollowed},
		{"stream: lost connection is reported and comes back", testConnectionLost},
	})
}

func testFilterAsYouType(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/processes")
	b.stay()
	b.write("[name=q]", "WORKER_0")
	b.waitFor("the workers", `document.querySelectorAll('tr.process').length === 20`)
	b.waitFor("the address", `location.search === '?q=WORKER_0'`)
	b.write("[name=q]", "7")
	b.waitFor("one of each node", `document.querySelectorAll('tr.process').length === 2`)
	if !b.is(`document.activeElement.name === 'q' && document.activeElement.value === 'WORKER_07'`) {
		t.Error("the text or the focus is lost")
	}
	b.same()

	b.visit("/nodes")
	b.stay()
	b.write("[name=q]", "BET")
	b.waitFor("the one node", `document.querySelectorAll('tr.node').length === 1 && location.search === '?q=BET'`)
	b.waitText("#found", "1 of 2")
	b.same()
}

func testRestart(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.stay()
	web := row("alpha", "web:web")
	b.waitText(web, "RUNNING")
	before := s.alpha.ProcessPID("web:web")
	b.watchWords(web)
	b.click(web + " [formaction$='/restart']")
	b.waitText("#toasts", "web:web on alpha is restarted.")
	b.waitText(web, "RUNNING")
	after := s.alpha.ProcessPID("web:web")
	if before == after {
		t.Error("the program was not restarted")
	}
	b.waitText(web, strconv.Itoa(after))
	if !b.is(wordsOfRestart) {
		t.Errorf("the row said %s", b.string("seen.join()"))
	}
	if !b.is(`announced.length === 1 && announced[0].includes('web:web on alpha is restarted.')`) {
		t.Errorf("announced is %s", b.string("announced.join()"))
	}
	b.same()
}

// testRestartOnItsPage does the same on the process's own page.
func testRestartOnItsPage(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/beta/processes/web:web")
	web := row("beta", "web:web")
	b.waitText(web, "RUNNING")
	b.watchWords(web)
	b.click(web + " [formaction$='/restart']")
	b.waitText("#toasts", "web:web on beta is restarted.")
	b.waitText(web, "RUNNING")
	if !b.is(wordsOfRestart) {
		t.Errorf("the page said %s", b.string("seen.join()"))
	}
}

// testRowsMove follows lists that a process leaves, enters and moves in.
func testRowsMove(t *testing.T, s *scene) {
	filtered := s.chromium.open(t, s.in.url, "/processes?node=beta&group=worker&state=RUNNING")
	filtered.stay()
	worker := row("beta", "worker:worker_07")
	filtered.waitText("#found", "20 of")
	filtered.waitFor("the page to be live", live)
	s.beta.StopProcess("worker:worker_07")
	filtered.waitFor("the row to leave", fmt.Sprintf("!document.querySelector(%q)", worker))
	filtered.waitText("#found", "19 of")
	s.beta.StartProcess("worker:worker_07")
	filtered.waitText(worker, "RUNNING")
	filtered.waitText("#found", "20 of")
	filtered.same()

	sorted := s.chromium.open(t, s.in.url, "/processes?node=beta&sort=state")
	sorted.stay()
	sorted.waitFor("the page to be live", live)
	first := fmt.Sprintf("document.querySelector('#rows tr') === document.querySelector(%q)", worker)
	if sorted.is(first) {
		t.Fatal("it is the first already")
	}
	s.beta.StopProcess("worker:worker_07")
	sorted.waitFor("the row to come first", first)
	s.beta.StartProcess("worker:worker_07")
	sorted.waitFor("the row to go back", "!("+first+")")
	sorted.same()
}

// wordsOfRestart is the result of watchWords for a restart: the first word is set by
// the page itself.
const wordsOfRestart = `seen.find(word => word !== 'RUNNING') === 'restarting…' && seen.at(-1) === 'RUNNING'`

// watchWords records the texts of a state and all announcements, from now on; a message
// that disappears is not announced.
func (b *tab) watchWords(element string) {
	b.t.Helper()
	b.waitFor("a look at the badge", fmt.Sprintf(`(() => {
  [window.seen, window.announced] = [[], []]
  const look = () => {
    const word = document.querySelector(%q).innerText
    if (seen.at(-1) !== word) seen.push(word)
  }
  new MutationObserver(look).observe(document.getElementById('live'), { childList: true, subtree: true, characterData: true })
  for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]')) {
    new MutationObserver((changes) => { if (changes.some(c => c.addedNodes.length || c.type === 'characterData')) announced.push(region.innerText) }).observe(region, { childList: true, subtree: true, characterData: true })
  }
  return true
})()`, element+" .state"))
}

func testKilledOutside(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/beta")
	b.stay()
	victim := row("beta", "victim:victim")
	b.waitText(victim, "RUNNING")
	if err := syscall.Kill(s.beta.ProcessPID("victim:victim"), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.waitText(victim, "EXITED")
	b.waitText(victim, "ended by a signal")
	b.click(victim + " [formaction$='/start']")
	b.waitText(victim, "RUNNING")
	b.same()
}

// testKept changes exactly the row that is selected and has the focus.
func testKept(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.stay()
	last := row("alpha", "worker:worker_19")
	b.click(last + " input")
	b.waitText("[data-selected]", "1 selected")
	top := b.number("scrollY")
	if top == 0 {
		t.Fatal("the page does not scroll")
	}
	s.alpha.StopProcess("worker:worker_19")
	b.waitText(last, "STOPPED")
	s.alpha.StartProcess("worker:worker_19")
	b.waitText(last, "RUNNING")
	if !b.is(fmt.Sprintf("document.querySelector(%q) === document.activeElement", last+" input")) {
		t.Error("the focus is lost")
	}
	if !b.is(fmt.Sprintf("document.querySelector(%q).checked", last+" input")) || b.text("[data-selected]") != "1 selected" {
		t.Error("the selection is lost")
	}
	if now := b.number("scrollY"); now != top {
		t.Errorf("the page moved from %v to %v", top, now)
	}
	b.same()
}
