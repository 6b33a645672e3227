package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/config"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// open gets a page, which has to be there.
func (b *browser) open(path string) *goquery.Document {
	b.h.t.Helper()
	r := b.get(path)
	if r.status != http.StatusOK {
		b.h.t.Fatalf("%s: %d to %q", path, r.status, r.location)
	}
	return r.page(b.h.t)
}

// press sends a button's form, as a browser without scripts does. Typed are fields
// filled in before.
func (b *browser) press(doc *goquery.Document, button *goquery.Selection, typed ...with) reply {
	b.h.t.Helper()
	form := button.Closest("form")
	if id, found := button.Attr("form"); found {
		form = doc.Find("form#" + id)
	}
	if button.Length() != 1 || form.Length() != 1 {
		b.h.t.Fatalf("%d buttons, %d forms", button.Length(), form.Length())
	}
	values := make(url.Values)
	form.Find("input[type=hidden]").Each(func(_ int, field *goquery.Selection) {
		values.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	for _, field := range typed {
		values.Set(field.name, field.value)
	}
	return b.post(button.AttrOr("formaction", form.AttrOr("action", "")), values)
}

// answer presses the button of a confirmation, and follows to the page with the result.
func (b *browser) answer(question *goquery.Document, typed ...with) *goquery.Document {
	b.h.t.Helper()
	r := b.press(question, question.Find("form.stack button[type=submit]:not([disabled])"), typed...)
	if r.status != http.StatusSeeOther {
		b.h.t.Fatalf("%d %s", r.status, r.page(b.h.t).Find("main").Text())
	}
	return b.open(r.location)
}

// buttonOf finds the button or link for a process by its label.
func buttonOf(doc *goquery.Document, label string) *goquery.Selection {
	return doc.Find("[aria-label]").FilterFunction(func(_ int, e *goquery.Selection) bool {
		return strings.HasPrefix(e.AttrOr("aria-label", ""), label)
	})
}

func itemsIn(s *goquery.Selection) []string {
	return s.Map(func(_ int, e *goquery.Selection) string { return strings.TrimSpace(e.Text()) })
}

func TestCommandForm_OddProcessNames(t *testing.T) {
	t.Parallel()
	names := []string{`<script>`, `"q'q"`, `a%2Fb`, "工人", "?x=1&y#z", `a\b`}
	var programs strings.Builder
	for _, name := range names {
		programs.WriteString("[program:" + strings.ReplaceAll(name, "%", "%%") + "]\ncommand = sleep 3600\nstartsecs = 0\nstdout_logfile = NONE\nstderr_logfile = NONE\n")
	}
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs.String()})
	h, b := startServerAs(t, cesi.Operator, []cesi.Node{s.Node("节点")})
	n, _ := h.fleet.Snapshot().Node("节点")
	if len(n.Processes) != len(names) {
		t.Fatalf("the supervisord has %d processes: %s", len(n.Processes), s.Ctl("status"))
	}
	for _, p := range n.Processes {
		doc := b.open("/nodes/%E8%8A%82%E7%82%B9")
		r := b.press(doc, buttonOf(doc, "Restart "+p.String()))
		if r.status != http.StatusSeeOther {
			t.Errorf("%s: %d %s", p, r.status, r.page(t).Find("main").Text())
			continue
		}
		told := b.open(r.location).Find(".flash-running").Text()
		if !strings.Contains(told, p.String()) {
			t.Errorf("%s: the page tells %q", p, told)
		}
	}
}

func TestCommandForm_InvalidNameReachesTheNode(t *testing.T) {
	node := supervisortest.StartFleet(t).Add("n", fakeProcess("a b", "a/b c", cesi.Running)).Node()
	_, b := startServerAs(t, cesi.Operator, []cesi.Node{node})
	doc := b.open("/nodes/n")
	button := buttonOf(doc, "Restart a b:a/b c")
	if got := button.AttrOr("formaction", ""); got != "/nodes/n/processes/a%20b:a%2Fb%20c/restart" {
		t.Errorf("it is sent to %q", got)
	}
	if r := b.press(doc, button); r.status != http.StatusSeeOther || !strings.Contains(b.get(r.location).body, "UNKNOWN_METHOD") { // which the fake says
		t.Errorf("%d to %q", r.status, r.location)
	}
}

func TestConfirm_CommandOnMany(t *testing.T) {
	h, b, s := startReal(t)
	doc := b.open("/nodes/n")
	link := buttonOf(doc, "Stop all of group web").AttrOr("href", "")
	question := b.open(link)
	if got := question.Find("h1").Text(); got != "Stop 2 processes on n?" {
		t.Errorf("it asks %q", got)
	}
	if diff := cmp.Diff([]string{"web:web_0", "web:web_1"}, itemsIn(question.Find("section > ul.names li"))); diff != "" {
		t.Errorf("it names: %s", diff)
	}
	unasked := b.post("/nodes/n/stop", url.Values{"group": {"web"}, "back": {"/nodes/n"}})
	if unasked.status != http.StatusOK || unasked.page(t).Find("h1").Text() != "Stop 2 processes on n?" || len(h.commands()) > 0 {
		t.Errorf("without a yes: %d %v", unasked.status, h.commands())
	}
	told := b.answer(question)
	if got := told.Find(".flash-running").Text(); s.State("web:web_0") != "STOPPED" || s.State("web:web_1") != "STOPPED" || !strings.Contains(got, "web") {
		t.Errorf("it is told %q", got)
	}

	manual := b.post("/nodes/n/start", url.Values{"process": {"off:off", "bad:bad"}})
	if names := itemsIn(manual.page(t).Find(".remark-warning li")); manual.status != http.StatusOK || !slices.Equal(names, []string{"off:off", "bad:bad"}) {
		t.Errorf("what does not start by itself: %d %q", manual.status, names)
	}
	if one := b.post("/nodes/n/processes/off:off/start", nil); one.status != http.StatusSeeOther || s.State("off") != "RUNNING" {
		t.Errorf("one alone is asked about: %d", one.status)
	}
}

func TestCommandForm_ScopesOfTheFleet(t *testing.T) {
	var nodes []cesi.Node
	for _, name := range []string{"a", "b"} {
		nodes = append(nodes, supervisortest.StartFleet(t).Add(name, fakeProcess("web", "web", cesi.Running), fakeProcess("db", "db", cesi.Running)).Node())
	}
	nodes = append(nodes, cesi.Node{Name: "down", URL: "http://127.0.0.1:1", Timeout: nodes[0].Timeout})
	nodes[0].Environments, nodes[2].Environments = []string{"prod"}, []string{"prod"}
	h, b := startServerAs(t, cesi.Operator, nodes)
	for _, test := range []struct {
		query string
		hit   []string
		left  string // unreachable, and so left out
	}{
		{"target=a/web:web&target=b/db:*", []string{"a web:web", "b db:db"}, ""},
		{"scope=process&name=web:web", []string{"a web:web", "b web:web"}, ""},
		{"scope=group&name=db", []string{"a db:db", "b db:db"}, ""},
		{"scope=environment&name=prod", []string{"a db:db", "a web:web"}, "down"},
		{"scope=matching&q=web&state=RUNNING&node=b", []string{"b web:web"}, ""},
	} {
		t.Run(test.query, func(t *testing.T) {
			question := b.open("/command?action=restart&back=/nodes&" + test.query)
			if got := strings.Join(itemsIn(question.Find(".remark-warning li")), " "); got != test.left {
				t.Errorf("%s: left out are %q", test.query, got)
			}
			before := len(h.commands())
			b.answer(question)
			var hit []string
			for _, e := range h.commands()[:len(h.commands())-before] {
				if e.Parent != 0 || e.Node != "" && e.Target == "web:web" { // not the command on many itself
					hit = append(hit, e.Node+" "+e.Target)
				}
			}
			slices.Sort(hit)
			if diff := cmp.Diff(test.hit, hit); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", test.query, diff)
			}
		})
	}
	for query, want := range map[string]int{
		"action=restart":                                 http.StatusBadRequest,
		"action=explode&scope=group&name=web":            http.StatusBadRequest,
		"action=stop&scope=group&name=nope":              http.StatusNotFound,
		"action=stop&target=nope/*":                      http.StatusNotFound,
		"action=stop&scope=matching&node=down&q=x":       http.StatusNotFound,
		"action=stop&scope=group&name=web&seal=nonsense": http.StatusConflict,
	} {
		t.Run(query, func(t *testing.T) {
			values, _ := url.ParseQuery(query + "&confirmed=yes")
			if got := b.post("/command", values); got.status != want {
				t.Errorf("%s: %d", query, got.status)
			}
		})
	}
}

func TestCommandForm_OnlyConfirmedTargets(t *testing.T) {
	fake, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes)
	question := b.open("/command?action=restart&scope=matching&state=RUNNING&back=/nodes")
	fake.SetProcesses(fakeProcess("g", "p", cesi.Running), fakeProcess("g", "later", cesi.Running))
	h.wait("the second process", func() bool { return h.fleet.Snapshot().Counts.Running == 2 })
	r := b.press(question, question.Find("form.stack button[type=submit]:not([disabled])"))
	u, err := url.Parse(r.location)
	if err != nil || u.Query().Get("later") != "1" {
		t.Errorf("%d to %q", r.status, r.location)
	}
	for _, e := range h.commands() {
		if strings.Contains(e.Target, "later") {
			t.Errorf("it went to %+v", e)
		}
	}
}

func TestConfirm_StopSelfMustBeTyped(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes, withSelf)
	question := b.open("/nodes/n/confirm?action=stop&process=g:p&back=/nodes/n")
	button := question.Find("form.stack button[type=submit]:not([disabled])")
	for _, typed := range []string{"", "yes", "G:P", "g:p "} {
		r := b.press(question, button, with{"confirm_self", typed})
		if got := r.page(t).Find(".problem").Text(); r.status != http.StatusConflict || got != "Type g:p to stop it." {
			t.Errorf("%q: %d %q", typed, r.status, got)
		}
	}
	if direct := b.post("/nodes/n/processes/g:p/stop", nil); direct.status != http.StatusOK || len(h.commands()) > 0 {
		t.Errorf("without a question: %d %v", direct.status, h.commands())
	}
	if r := b.press(question, button, with{"confirm_self", "g:p"}); r.status != http.StatusSeeOther || len(h.commands()) != 1 {
		t.Errorf("typed: %d %v", r.status, h.commands())
	}
}

func TestPages_WithoutNodesSayHowToAddOne(t *testing.T) {
	h := startServer(t, nil)
	h.addUsers()
	for _, path := range []string{"/", "/nodes"} {
		for user, file := range map[string]string{"admin": "/etc/cesi.conf", "viewer": "cesi.conf"} {
			doc := h.as(user).open(path)
			if got := doc.Find(".empty .mono.strong").Text(); got != file || !strings.Contains(doc.Find(".example").Text(), "[node:web1]") {
				t.Errorf("%s for %s names %q", path, user, got)
			}
		}
	}
}

func TestErrorPage_NotFoundLinksTheNode(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Operator, nodes)
	for request, want := range map[string]string{
		"POST /nodes/n/processes/g:nope/stop":         `There is no process "g:nope" on node "n" -> /nodes/n /`,
		"GET /nodes/n/confirm?action=stop&group=nope": `There is no group "nope" on node "n" -> /nodes/n /`,
		"GET /nodes/nope":                             `There is no node "nope" -> /`,
		"GET /nope":                                   `There is nothing at this address. -> /`,
		"GET /activity/1234":                          `There is no activity entry 1234 -> /`,
	} {
		t.Run(request, func(t *testing.T) {
			method, path, _ := strings.Cut(request, " ")
			r := b.do(method, path, "")
			main := r.page(t).Find("main")
			links := main.Find(".choices a").Map(func(_ int, a *goquery.Selection) string { return a.AttrOr("href", "") })
			got := main.Find("section p bdi").Text() + " -> " + strings.Join(links, " ")
			if r.status != http.StatusNotFound || got != want || main.Find("h1").Text() != "Not found" {
				t.Errorf("%s: %d %s", request, r.status, got)
			}
		})
	}
}

func TestBanners_OnlyForAdmins(t *testing.T) {
	_, nodes := fakeNode(t)
	h := startServer(t, nodes, func(s *setup) {
		s.Pages.Problem = &config.Error{Problems: []config.Problem{{File: "cesi.conf", Line: 12, Text: `node "web1": port "90o1" is not a number`}}}
		s.Pages.NeedsRestart = []string{"port", "url_prefix"}
	})
	h.addUsers()
	h.breakAudit()
	h.journal.Add(t.Context(), cesi.Activity{Action: cesi.ActionLogin, Time: fleettest.Now})
	for _, role := range cesi.Roles() {
		user := h.as(role.String())
		got := strings.Join(itemsIn(user.open("/nodes").Find(".flash-warning")), "\n")
		for _, words := range []string{`cesi.conf:12: node "web1": port "90o1" is not a number`, "url_prefix", "can't be written to the database"} {
			if strings.Contains(got, words) != (role == cesi.Admin) {
				t.Errorf("%s sees %q", role, got)
			}
		}
	}
	settings := h.settings
	settings.Pages.Problem, settings.Pages.NeedsRestart = errors.New("can't be read"), nil
	h.Apply(settings)
	if got := h.as("admin").open("/nodes").Find(".flash-warning").Text(); strings.Contains(got, "url_prefix") || !strings.Contains(got, "can't be read") {
		t.Errorf("after a reload: %q", got)
	}
}

func TestFlash_ResultOfLastCommand(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes)
	r := b.post("/nodes/n/processes/g:p/restart", url.Values{"back": {"//evil.example"}})
	if !strings.HasPrefix(r.location, "/?report=") {
		t.Errorf("to %q", r.location)
	}
	if got := b.open(r.location).Find(".flash-bad").Text(); !strings.Contains(got, "g:p") || !strings.Contains(got, "UNKNOWN_METHOD") {
		t.Errorf("it tells %q", got)
	}
	if _, found := h.fleet.Operation(h.commands()[0].ID); !found {
		t.Error("the command is forgotten")
	}
	for _, report := range []string{"x", "-1", "99999999999999999999"} {
		if got := b.open("/?report=" + report).Find("main .flash:not([hidden])").Length(); got != 0 {
			t.Errorf("%s is told of", report)
		}
	}
}

func TestNodePage_SilentNodeShowsLastState(t *testing.T) {
	fake, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes)
	fake.Misbehave(http.NotFound)
	h.wait("the node to be down", func() bool { return h.fleet.Snapshot().Nodes[0].Status == fleet.Down })
	doc := b.open("/nodes/n")
	if doc.Find(".failure").Length() != 1 || doc.Find(".stale").Length() != 1 || doc.Find("tr.process").Length() != 1 {
		t.Errorf("the page says %s", doc.Find("main").Text())
	}
	if doc.Find(`[formaction$="/restart"]:not([disabled])`).Length() > 0 {
		t.Error("a restart is offered")
	}
	fake.Misbehave(nil)
	if r := b.press(doc, doc.Find(`[formaction="/nodes/n/poll"]`)); r.location != "/nodes/n" || b.open(r.location).Find(".failure").Length() > 0 {
		t.Errorf("after 'Retry now': %d to %q", r.status, r.location)
	}
}
