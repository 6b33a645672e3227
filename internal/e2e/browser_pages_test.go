package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func testBulk(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/processes?q=worker_1&node=alpha")
	before := s.alpha.ProcessPID("worker:worker_11")
	for _, process := range []string{"worker_11", "worker_12"} {
		b.click(row("alpha", "worker:"+process) + " input")
	}
	b.waitText("[data-selected]", "2 selected")
	b.click("#selection [value=restart]")
	b.waitText("h1", "Restart 2 processes")
	if b.is("document.activeElement.type === 'submit'") {
		t.Error("Enter would confirm")
	}
	b.click(".choices .btn-stop")
	b.waitText("#main > .flash:not([hidden])", "2 processes")
	if s.alpha.ProcessPID("worker:worker_11") == before {
		t.Error("the program was not restarted")
	}
}

func testLog(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha")
	b.click(row("alpha", "talker:talker") + " .log-link")
	b.waitFor("the log to be live", `document.querySelector('.log-live')`)
	const lines = `document.querySelector('.log-text').innerText.split('\n').length`
	began := b.number(lines)
	b.waitFor("more lines", fmt.Sprintf("%s > %v", lines, began+5))
	if !b.is(`document.querySelector('.log-text').innerText.includes('line number ')`) {
		t.Error("it is another log")
	}
}

func testBothLogs(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/alpha/processes/talker:talker")
	for id, text := range map[string]string{"log-stdout": "line number ", "log-stderr": "complaint "} {
		b.waitFor(id+" to be live", fmt.Sprintf(`document.querySelector('#%s.log-live')`, id))
		shown := fmt.Sprintf(`document.querySelector('#%s .log-text').innerText.split(%q).length`, id, text)
		began := b.number(shown)
		b.waitFor("more of "+id, fmt.Sprintf("%s > %v", shown, began+5))
	}
}

func testPreferences(t *testing.T, s *scene) {
	admin := s.in.login(t)
	if code := admin.api("POST", "/api/v2/users", map[string]any{"username": "li", "password": "long enough", "usertype": 1}, nil); code >= 300 {
		t.Fatalf("the user is not added: status %d", code)
	}
	b := s.chromium.stranger().open(t, s.in.url, "/login")
	b.login("li", "long enough")
	if b.is("location.pathname === '/profile'") { // an administrator made up the password
		b.changePassword("long enough", "longer than that")
	}
	b.visit("/profile")
	ground := b.string("getComputedStyle(document.body).backgroundColor")
	b.choose("[name=scheme]", "dark")
	b.choose("[name=language]", "zh-CN")
	b.click("#preferences button")
	b.waitFor("Chinese", "document.documentElement.lang.startsWith('zh')")
	b.waitText("#preferences", "语言")
	if dark := b.string("getComputedStyle(document.body).backgroundColor"); dark == ground {
		t.Errorf("the page is %s as before", dark)
	}
	b.visit("/")
	b.waitText(".nav-links", "总览")
}

// testZone reads times in two zones, in rows that were there and in new ones.
func testZone(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/")
	for _, name := range []string{"Asia/Shanghai", "America/New_York"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		b.run(emulation.SetTimezoneOverride(name))
		for _, path := range []string{"/activity", "/about", "/"} {
			b.visit(path)
			b.inZone(zone)
		}
		b.waitFor("the page to be live", live)
		const newest = `document.querySelector('.activity-line')?.id`
		was := b.string(newest)
		s.beta.WaitState("victim", "RUNNING")
		s.in.login(t).api("POST", "/api/v2/nodes/beta/processes/victim:victim/restart", nil, nil)
		b.waitFor("the new entry", fmt.Sprintf("%s !== %q && document.querySelector('.activity-line').innerText.includes('victim')", newest, was))
		b.inZone(zone)
	}
}

// inZone checks the times that the page shows.
func (b *tab) inZone(zone *time.Location) {
	b.t.Helper()
	var shown []struct{ At, Text, Title string }
	if !b.eval(`[...document.querySelectorAll('time')].filter(e => e.checkVisibility())
.map(e => ({ at: e.dateTime, text: e.textContent, title: e.title }))`, &shown) || len(shown) == 0 {
		b.t.Fatal("the page shows no time")
	}
	for _, s := range shown {
		at, err := time.Parse(time.RFC3339, s.At)
		if err != nil {
			b.t.Fatal(err)
		}
		if clock := at.In(zone).Format("15:04"); !strings.Contains(s.Text, clock) {
			b.t.Errorf("%s is said %q, without %s", s.At, s.Text, clock)
		}
		if moment := at.In(zone).Format("2006-01-02 15:04:05 "); !strings.HasPrefix(s.Title, moment) || s.Title == moment {
			b.t.Errorf("%s has the title %q, without %q and a zone", s.At, s.Title, moment)
		}
	}
}

// testPalette controls a process by keyboard only.
func testPalette(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/nodes/beta")
	b.stay()
	web := row("beta", "web:web")
	b.waitText(web, "RUNNING")
	b.run(chromedp.KeyEvent("k", chromedp.KeyModifiers(input.ModifierCtrl)))
	b.waitFor("the palette", `document.activeElement.matches('.palette-field')`)
	b.run(chromedp.KeyEvent("stop web:web on beta"))
	b.waitText(".palette-item", "web:web")
	b.waitFor("the only choice", `document.querySelectorAll('button.palette-item').length === 1`)
	b.run(chromedp.KeyEvent(kb.Enter))
	b.waitText(web, "STOPPED")
	b.same()
}

// changePassword fills in the form of a forced password change.
func (b *tab) changePassword(current, next string) {
	b.t.Helper()
	b.write("[name=current]", current)
	b.write("[name=new]", next)
	b.write("[name=repeat]", next)
	b.click("form[action$='/profile/password'] .btn-primary")
	b.waitFor("the password to be changed", "!document.querySelector('.remark-warning')")
}

// tooSmall are the controls of the page that are less than 44 pixels high or wide, too
// small for a thumb. Links in sentences are exempt.
const tooSmall = `[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, label.check')]
.filter(e => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !e.closest('[inert], .visually-hidden, .skip-link, .squares'))
.filter(e => !(e.matches('a') && getComputedStyle(e).display === 'inline'))
.filter(e => !(e.matches('[type=checkbox], [type=radio]') && e.closest('label')))
.map(e => ({ e, r: e.getBoundingClientRect() }))
.filter(({ e, r }) => {
  const after = getComputedStyle(e, '::after')
  const over = after.content !== 'none' && after.position === 'absolute'
  return r.width > 0 && !over && (r.height < 43.5 || r.width < 43.5)
})
.map(({ e, r }) => e.outerHTML.slice(0, 120) + ' ' + r.width + ' x ' + r.height)`

func testPhone(t *testing.T, s *scene) {
	b := s.chromium.open(t, s.in.url, "/")
	b.screen(360, 740)
	for _, path := range append(somePages, "/activity/"+fmt.Sprint(s.in.login(t).entries()[0].ID)) {
		b.visit(path)
		if width := b.number("document.documentElement.scrollWidth"); width > 360 {
			t.Errorf("%s is %v pixels wide", path, width)
		}
		var small []string
		if !b.eval(tooSmall, &small) || len(small) > 0 {
			t.Errorf("%s has what a thumb can't hit: %s", path, strings.Join(small, "\n"))
		}
	}
	b.visit("/nodes/alpha")
	web := row("alpha", "web:web")
	b.waitText(web, "RUNNING")
	b.click(web + " [formaction$='/stop']")
	b.waitText(web, "STOPPED")
	b.click(web + " [formaction$='/start']")
	b.waitText(web, "RUNNING")
}

// somePages are one of each kind that an administrator sees.
var somePages = []string{
	"/", "/nodes", "/nodes/alpha", "/processes", "/processes?state=RUNNING&q=worker", "/groups", "/groups/worker",
	"/environments", "/environments/production", "/activity", "/users", "/users/admin", "/profile", "/about",
	"/help", "/help/users", "/help/proxy", "/help/api",
	"/nodes/alpha/confirm?action=stop&group=worker", "/nodes/alpha/processes/talker:talker/log/stdout", "/nodes/alpha/log",
	"/activity/purge", "/nodes/alpha/daemon", "/nodes/alpha/daemon/confirm?action=shutdown", "/nodes/alpha/processes/web:web",
}
