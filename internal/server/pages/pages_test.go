package pages

import (
	"bytes"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/config"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"
	"cesi/internal/store"
	"cesi/web"

	"github.com/PuerkitoBio/goquery"
)

// sampleUser returns a user of the role.
func sampleUser(role cesi.Role) *cesi.User { return &cesi.User{ID: 1, Name: "lin", Role: role} }

// sampleBase is a base page as the server makes one, for a user of the role.
func sampleBase(role cesi.Role) view.Base {
	return view.Base{Site: "CeSI", User: sampleUser(role), Here: "/nodes?q=web", Now: fleettest.Now, Localizer: viewtest.English()}
}

// sampleReport is a command on many of which one failed.
func sampleReport() *fleet.Report {
	ref := func(name string) fleet.Ref {
		return fleet.Ref{Node: "pay-eu-2", ProcessID: cesi.ProcessID{Group: "payments", Name: name}}
	}
	return &fleet.Report{
		ID: 90, Action: cesi.ActionRestart, Done: true, Result: cesi.Partial, Message: cesi.Raw("1 ok, 1 failed, 1 skipped"),
		Duration: 4100 * time.Millisecond,
		Outcomes: []fleet.Outcome{
			{Ref: ref("worker_01"), Result: cesi.OK},
			{Ref: ref("worker_03"), Result: cesi.Failed, Message: cesi.Raw("can't find command '/srv/pay/bin/worker'")},
			{Ref: ref("worker_05"), Result: cesi.Skipped, Message: cesi.Raw("it does not run (STOPPED)")},
		},
	}
}

// sample is one page to draw.
type sample struct {
	name string // of the sample
	page string // of the template
	data view.Page
}

// samplePreview is the preview of a command on many.
func samplePreview(self string) fleet.Preview {
	p := fleet.Preview{Nodes: 1, Self: self}
	for _, process := range payNode().Processes {
		ref := fleet.Ref{Node: "pay-eu-2", ProcessID: process.ProcessID}
		if process.State.Active() {
			p.Hit = append(p.Hit, ref)
			continue
		}
		p.Skipped = append(p.Skipped, fleet.Outcome{Ref: ref, Result: cesi.Skipped, Message: cesi.Raw("it does not run")})
	}
	p.Manual = p.Hit[:2]
	return p
}

// samplePages is every page in every form, for a user of the role, and also with
// hostile names.
func samplePages(role cesi.Role) []sample {
	base := sampleBase(role)
	themed, reported, forced, out := base, base, base, base
	themed.Theme, themed.Site = "superhero", "生产环境"
	reported.Report, reported.Notice = sampleReport(), "The password is changed."
	reported.Banners = []view.Banner{newAuditBanner(), newConfigBanner(&config.Error{Problems: []config.Problem{
		{File: "cesi.conf", Line: 12, Text: `node "web1": port "90o1" is not a number`},
	}}), newConfigBanner(errors.New("can't be read"))}
	forced.User = &cesi.User{Name: "admin", MustChange: true}
	out.User = nil
	big, silent := sampleFleet(), sampleFleet().Nodes[55]
	activity := sampleActivity()
	ask := askFor(cesi.ActionStop)
	ask.Fields, ask.SkippedNodes, ask.NewlyMatching = []request.Field{{Name: "target", Value: "pay-eu-2/工人:工人"}}, []string{"db-eu-1"}, 2
	facts := aboutFacts{Build: Build{"0.1.0", "0a1b2c3", "go1.26.8"}, Started: fleettest.Now.Add(-50 * time.Hour), ConfigFile: "/etc/cesi.conf",
		Database: "/var/lib/cesi/cesi.db", Modules: map[string]string{"gopkg.in/ini.v1": "v1.67.3", "example.org/x": "v1"}}
	pages := []sample{
		{"login", "login", newLoginPage(out, "", "/nodes", cesi.Text{})},
		{"login failed", "login", newLoginPage(out, `"><script>`, "/", cesi.Raw("Wrong username or password."))},
		{"dashboard", "dashboard", newDashboardPage(reported, big, dashboardOptions{Activity: activity})},
		{"dashboard themed", "dashboard", newDashboardPage(themed, big, dashboardOptions{Activity: activity, AllTroubles: true})},
		{"dashboard empty", "dashboard", newDashboardPage(base, fleettest.Snapshot(), dashboardOptions{ConfigFile: "/etc/cesi.conf"})},
		{"dashboard well", "dashboard", newDashboardPage(base, fleettest.Snapshot(fleettest.Node("a", "x", fleettest.Process("g", "p", cesi.Running, time.Hour))), dashboardOptions{})},
		{"nodes", "nodes", newNodesPage(base, big, request.NodesQuery{Page: 1}, "")},
		{"nodes filtered", "nodes", newNodesPage(base, big, request.NodesQuery{Text: "no such", Page: 1}, "")},
		{"nodes, last page", "nodes", newNodesPage(base, manySamples(150, 2), request.NodesQuery{Page: 9}, "")},
		{"nodes empty", "nodes", newNodesPage(base, fleettest.Snapshot(), request.NodesQuery{Page: 1}, "/etc/cesi.conf")},
		{"processes", "processes", newProcessesPage(base, big, sampleQuery(""), "")},
		{"processes filtered", "processes", newProcessesPage(base, big, sampleQuery("state=FATAL&attention=no&sort=-state&q=nope&node=gone"), "")},
		{"processes of the silent", "processes", newProcessesPage(base, big, sampleQuery("node=db-eu-1"), "")},
		{"processes, last page", "processes", newProcessesPage(base, big, sampleQuery("page=999&sort=uptime"), "")},
		{"processes none", "processes", newProcessesPage(base, fleettest.Snapshot(fleettest.Node("a", "x")), sampleQuery(""), "")},
		{"processes empty", "processes", newProcessesPage(base, fleettest.Snapshot(), sampleQuery(""), "/etc/cesi.conf")},
		{"groups", "groups", sampleGroups(base, big, "")},
		{"groups filtered", "groups", sampleGroups(base, big, "q=nope&environment=staging&attention=yes")},
		{"groups none", "groups", sampleGroups(base, fleettest.Snapshot(fleettest.Node("a", "x")), "")},
		{"groups empty", "groups", sampleGroups(base, fleettest.Snapshot(), "")},
		{"group", "group", sampleGroup(base, groupFleet(), "api", "")},
		{"group in one environment", "group", sampleGroup(base, groupFleet(), "api", "environment=staging")},
		{"group on many nodes", "group", sampleGroup(base, big, "api", "nodes=2")},
		{"group of the silent", "group", sampleGroup(base, big, "pg", "")},
		{"environments", "environments", newEnvironmentsPage(base, big, "")},
		{"environments none", "environments", newEnvironmentsPage(base, bareFleet(), "/etc/cesi.conf")},
		{"environments empty", "environments", newEnvironmentsPage(base, fleettest.Snapshot(), "/etc/cesi.conf")},
		{"environment", "environment", newEnvironmentPage(base, big, "production", 1)},
		{"environment small", "environment", newEnvironmentPage(base, big, "staging", 1)},
		{"environment of many nodes", "environment", newEnvironmentPage(base, manySamples(150, 2), "production", 2)},
		{"style", "style", newStylePage(base)},
		{"node", "node", newNodePage(base, payNode(), 1)},
		{"process", "process", newProcessPage(base, payNode(), payNode().Processes[8])},
		{"process configured", "process", newProcessPage(base, payNode(), configured(payNode().Processes[6]))},
		{"process of this CeSI", "process", newProcessPage(base, payNode(), payNode().Processes[1])},
		{"process of a silent node", "process", newProcessPage(base, silent, silent.Processes[0])},
		{"node silent", "node", newNodePage(base, silent, 1)},
		{"node never", "node", newNodePage(base, big.Nodes[56], 1)},
		{"node connecting", "node", newNodePage(base, big.Nodes[57], 1)},
		{"node without processes", "node", newNodePage(base, big.Nodes[59], 1)},
		{"confirm", "confirm", newConfirmPage(base, ask, samplePreview(""), cesi.Text{})},
		{"confirm self", "confirm", newConfirmPage(base, ask, samplePreview("cesi:cesi"), cesi.Raw("That is not its name."))},
		{"confirm nothing", "confirm", newConfirmPage(base, ask, fleet.Preview{}, cesi.Text{})},
		{"shutdown stop", "shutdown", newShutdownPage(base, askFor(cesi.ActionStop))},
		{"shutdown restart", "shutdown", newShutdownPage(base, askFor(cesi.ActionRestart))},
		{"activity", "activity", newActivityPage(base, request.ActivityQuery{}, activity, true)},
		{"activity older", "activity", newActivityPage(base, sampleActivityQuery("q=web&user=lin&since=2026-11-01&before=12"), nil, false)},
		{"activity entry", "activity_entry", newActivityEntryPage(base, activity[0].Entry, activity[0].Targets)},
		{"purge", "purge", newPurgePage(base)},
		{"purge asks", "purge", newPurgePage(base).about(fleettest.Now.AddDate(0, -1, 0), 12_345)},
		{"purge of nothing", "purge", newPurgePage(base).about(fleettest.Now.AddDate(-1, 0, 0), 0)},
		{"profile", "profile", newProfilePage(base, profileFacts{Problem: cesi.Raw("The current password is not right."), Secret: newTokenSecret("x", "cesi_y")},
			sampleSessions(), "", sampleTokens())},
		{"profile bare", "profile", newProfilePage(base, profileFacts{TokenProblem: cesi.Raw("there is already a token \"x\""), TokenName: "x"}, nil, "", nil)},
		{"profile forced", "profile", newProfilePage(forced, profileFacts{}, nil, "", nil)},
		{"users", "users", newUsersPage(base, sampleAccounts(), newUserForm{Role: cesi.Viewer}, cesi.Text{}, newPasswordSecret("maria", "x"))},
		{"users refused", "users", newUsersPage(base, sampleAccounts(), newUserForm{Name: "maria", Role: cesi.Admin}, cesi.Raw("there is already a user \"maria\""), nil)},
		{"user", "user", newUserPage(base, sampleAccounts()[1], sampleTokens(), cesi.Text{}, newPasswordSecret("maria", "x"))},
		{"user self", "user", newUserPage(base, sampleAccounts()[0], nil, cesi.Raw("\"lin\" is the last administrator"), nil)},
		{"question", "question", view.NewQuestionPage(base, "users", AskToDelete(sampleAccounts()[1]))},
		{"about", "about", newAboutPage(base, facts, big)},
		{"help", "help", newContentsPage(base, sampleManual())},
		{"help page", "help", newHelpPage(base, sampleManual(), 1)},
		{"error", "error", NewErrorPage(base, http.StatusNotFound, cesi.Raw("there is no process"), "pay-eu-2")},
		{"error logged out", "error", NewErrorPage(out, http.StatusForbidden, cesi.Raw("This request seems to come from another site."), "")},
	}
	pages = append(pages, sampleLogPages(base)...)
	if role == cesi.Admin {
		pages = append(pages, daemonPages(base, silent)...)
	}
	for _, name := range fleettest.HostileNames {
		n := hostileNode(name)
		s := fleettest.Snapshot(n, fleettest.Silenced(hostileNode(name), cesi.CauseRefused, name, time.Minute))
		entry := cesi.Activity{ID: 1, Time: fleettest.Now, User: name, Address: name, Action: cesi.ActionStop, Node: name, Target: name, Result: cesi.Failed, Message: cesi.Raw(name)}
		evil := base
		evil.Site, evil.User, evil.Here = name, &cesi.User{Name: name, Role: role}, "/"+name
		evil.Notice = name
		pages = append(pages,
			sample{"hostile dashboard", "dashboard", newDashboardPage(evil, s, dashboardOptions{Activity: []store.ActivityLine{lineOf(entry, entry)}})},
			sample{"hostile nodes", "nodes", newNodesPage(evil, s, request.NodesQuery{Text: "", Environment: name, Page: 1}, name)},
			sample{"hostile groups", "groups", newGroupsPage(evil, s, request.GroupsQuery{Environment: name, Page: 1}, name)},
			sample{"hostile group", "group", sampleGroup(evil, fleettest.Snapshot(n), name, "environment="+url.QueryEscape(name))},
			sample{"hostile environments", "environments", newEnvironmentsPage(evil, s, name)},
			sample{"hostile environment", "environment", newEnvironmentPage(evil, fleettest.Snapshot(n), name, 1)},
			sample{"hostile node", "node", newNodePage(evil, n, 1)},
			sample{"hostile process", "process", newProcessPage(evil, n, configured(n.Processes[0]))},
			sample{"hostile processes", "processes", newProcessesPage(evil, s, request.ProcessesQuery{Filter: fleet.Filter{Text: "", Node: name, Environment: name, Group: name}, Sort: "name", Page: 1}, name)},
			sample{"hostile silent node", "node", newNodePage(evil, s.Nodes[1], 1)},
			sample{"hostile confirm", "confirm", newConfirmPage(evil, request.Command{Command: fleet.Command{Action: cesi.ActionStop}, Post: request.LocalURL("nodes", name, "stop"), Fields: []request.Field{{Name: "group", Value: name}}, Back: "/", SkippedNodes: []string{name}},
				fleet.Preview{Hit: []fleet.Ref{{Node: name, ProcessID: cesi.ProcessID{Group: name, Name: name}}}, Nodes: 1, Self: name}, cesi.Raw(name))},
			sample{"hostile activity", "activity", newActivityPage(evil, sampleActivityQuery(url.Values{"q": {name}, "user": {name}, "node": {name}}.Encode()), []store.ActivityLine{lineOf(entry, entry)}, true)},
			sample{"hostile error", "error", NewErrorPage(evil, 404, cesi.Raw(name), name)},
			sample{"hostile users", "users", newUsersPage(evil, []cesi.Account{{User: *evil.User}}, newUserForm{Name: name}, cesi.Raw(name), newPasswordSecret(name, name))},
			sample{"hostile user", "user", newUserPage(evil, cesi.Account{User: *evil.User}, []cesi.Token{{Name: name}}, cesi.Raw(name), nil)},
			sample{"hostile profile", "profile", newProfilePage(evil, profileFacts{TokenName: name}, []cesi.Session{{Address: name, UserAgent: name}}, "", []cesi.Token{{Name: name}})},
			sample{"hostile question", "question", view.NewQuestionPage(evil, "users", AskToRevokeTokens(cesi.Account{User: *evil.User}))},
			sample{"hostile login", "login", newLoginPage(evil, name, name, cesi.Raw(name))},
		)
	}
	return pages
}

// draw renders a sample and parses what comes out.
func draw(t *testing.T, r *view.Renderer, s sample) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(render(t, r, s))
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return doc
}

func render(t *testing.T, r *view.Renderer, s sample) *bytes.Buffer {
	t.Helper()
	w := httptest.NewRecorder()
	if err := r.Render(w, http.StatusOK, s.page, s.data); err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return w.Body
}

// drawnSample is a sample page as an administrator gets it.
type drawnSample struct {
	sample
	doc *goquery.Document
}

var drawing struct {
	once  sync.Once
	pages []drawnSample
}

// adminPages returns all sample pages, with the prefix /cesi. They are drawn once, for the
// tests that only read them.
func adminPages(t *testing.T) []drawnSample {
	t.Helper()
	drawing.once.Do(func() {
		r := viewtest.Renderer(t, "/cesi")
		for _, s := range samplePages(cesi.Admin) {
			drawing.pages = append(drawing.pages, drawnSample{s, draw(t, r, s)})
		}
	})
	return drawing.pages
}

func TestPages_RenderForEveryRole(t *testing.T) {
	t.Parallel()
	r := viewtest.Renderer(t, "/cesi")
	drawn := make(map[string]bool)
	for _, role := range cesi.Roles() {
		for _, s := range samplePages(role) {
			render(t, r, s)
			drawn[s.page] = true
		}
	}
	files, err := fs.Glob(web.Templates(), "pages/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(path.Base(file), ".html"); !drawn[name] {
			t.Errorf("no sample shows page %q", name)
		}
	}
}

// benchmarkPage renders a page and reports its size.
func benchmarkPage(b *testing.B, r *view.Renderer, page string, data view.Page) {
	b.Helper()
	w := httptest.NewRecorder()
	if err := r.Render(w, http.StatusOK, page, data); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(w.Body.Len())/1024, "KB/page")
	b.ReportMetric(float64(strings.Count(w.Body.String(), "<tr")), "rows")
}
