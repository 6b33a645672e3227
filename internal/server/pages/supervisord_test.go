package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
)

// configured gives a process the configuration that supervisord 4 returns.
func configured(p fleet.Process) fleet.Process {
	p.Config = &cesi.ProcessConfig{
		ProcessID: p.ProcessID, Autostart: true, GroupPriority: 999, Priority: 20, Full: true,
		Command: "/srv/pay/bin/worker --queue=" + p.Name, ExitCodes: "0", StartSecs: 1, StartRetries: 3,
		StopSignal: 15, StopWaitSecs: 10, Stdout: cesi.LogConfig{File: "/var/log/" + p.Name, MaxBytes: 50 << 20, Backups: 10},
	}
	p.StdoutLogfile = p.Config.Stdout.File
	return p
}

// daemonPages are the pages on a supervisord itself, which only administrators see.
func daemonPages(base view.Base, silent *fleet.Node) []sample {
	changes := cesi.Changes{Added: []string{"new", "<b>"}, Changed: []string{"payments", "cesi"}, Removed: []string{"job"}}
	pages := []sample{
		{"daemon", "daemon", newDaemonPage(base, payNode(), 1)},
		{"daemon silent", "daemon", newDaemonPage(base, silent, 1)},
		{"daemon without processes", "daemon", newDaemonPage(base, fleettest.Node("a", "x"), 1)},
		{"reread", "reread", newRereadPage(base, payNode(), changes)},
		{"reread nothing", "reread", newRereadPage(base, payNode(), cesi.Changes{})},
		{"reread broken", "reread", newBrokenPage(base, payNode(), "CANT_REREAD: <b>")},
	}
	for _, action := range []cesi.Action{cesi.ActionReload, cesi.ActionShutdown, cesi.ActionClearMainLog, cesi.ActionRemoveGroup} {
		c := request.Command{
			Command: request.OnGroups(fleet.Command{Action: action}, "pay-eu-2", []string{"<i>"}),
			Post:    "/nodes/pay-eu-2/" + string(action), Back: "/nodes/pay-eu-2/daemon", Fields: []request.Field{{Name: "group", Value: "<i>"}},
		}
		pages = append(pages, sample{"daemon " + string(action), "question",
			view.NewQuestionPage(base, "nodes", newDaemonQuestion(payNode(), c))})
	}
	for _, name := range fleettest.HostileNames {
		n := hostileNode(name)
		pages = append(pages, sample{"hostile daemon", "daemon", newDaemonPage(base, n, 1)},
			sample{"hostile reread", "reread", newRereadPage(base, n, cesi.Changes{Changed: []string{name}})})
	}
	return pages
}

func TestSupervisordPage_Pages(t *testing.T) {
	n := payNode()
	n.Processes = nil
	for i := range 10_000 {
		name := fmt.Sprintf("g%05d", i)
		n.Processes = append(n.Processes, fleet.Process{Process: cesi.Process{ProcessID: cesi.ProcessID{Group: name, Name: name}}})
	}
	r := viewtest.Renderer(t, "")
	for _, test := range []struct {
		page        int
		first, last string
	}{{1, "g00000", "g00499"}, {3, "g01000", "g01499"}, {20, "g09500", "g09999"}, {99, "g09500", "g09999"}} {
		t.Run(test.first, func(t *testing.T) {
			doc := draw(t, r, sample{"daemon", "daemon", newDaemonPage(sampleBase(cesi.Admin), n, test.page)})
			names := doc.Find(".daemon-group .name-link")
			if names.Length() != groupRows || names.First().Text() != test.first || names.Last().Text() != test.last {
				t.Errorf("page %d: %d groups, %s to %s", test.page, names.Length(), names.First().Text(), names.Last().Text())
			}
			if text := doc.Find("[aria-labelledby=groups-heading]").Text(); !strings.Contains(text, "10,000 groups") || !strings.Contains(text, fmt.Sprintf("Page %d of 20", min(test.page, 20))) {
				t.Errorf("page %d: it does not say how many there are: %.300q", test.page, text)
			}
		})
	}
	if got := draw(t, r, sample{"daemon", "daemon", newDaemonPage(sampleBase(cesi.Admin), n, 2)}).Find(`.pager a[rel="next"]`).AttrOr("href", ""); got != "/nodes/pay-eu-2/daemon?page=3" {
		t.Errorf("the next page is %q", got)
	}
}

func TestRereadPage_RowsAreBounded(t *testing.T) {
	var c cesi.Changes
	for i := range 10_000 {
		c.Added = append(c.Added, fmt.Sprint("g", i))
	}
	doc := draw(t, viewtest.Renderer(t, ""), sample{"reread", "reread", newRereadPage(sampleBase(cesi.Admin), payNode(), c)})
	if n := doc.Find(`input[name="group"]`).Length(); n != groupRows || !strings.Contains(doc.Text(), "9,500 more groups differ") || !strings.Contains(doc.Find("h1").Text(), "10,000") {
		t.Errorf("%d groups, %q", n, doc.Find("h1").Text())
	}
}

func TestRereadPage_TicksAllButThisCeSI(t *testing.T) {
	page := newRereadPage(sampleBase(cesi.Admin), payNode(), cesi.Changes{Changed: []string{"payments", "cesi"}, Added: []string{"new"}})
	doc := draw(t, viewtest.Renderer(t, ""), sample{"reread", "reread", page})
	var ticked []string
	doc.Find(`input[name="group"][checked]`).Each(func(_ int, e *goquery.Selection) { ticked = append(ticked, e.AttrOr("value", "")) })
	if got := strings.Join(ticked, " "); got != "payments new" {
		t.Errorf("ticked: %q", got)
	}
	if doc.Find(`input[name="confirm_self"]`).Length() != 1 || !strings.Contains(doc.Text(), "cesi:cesi is this CeSI itself") {
		t.Error("it does not say what becomes of this CeSI")
	}
}

func TestSupervisordConfirm_SaysWhatHappensToThisCeSI(t *testing.T) {
	n := payNode()
	for _, test := range []struct {
		action    cesi.Action
		autostart bool
		warning   string
		typed     string
	}{
		{cesi.ActionReload, true, "comes back with it", ""},
		{cesi.ActionReload, false, "does not come back", "confirm_self"},
		{cesi.ActionShutdown, true, "when that is started again", "confirm_node"},
		{cesi.ActionClearMainLog, true, "", ""},
	} {
		t.Run(test.warning, func(t *testing.T) {
			n.Processes[1].Config = &cesi.ProcessConfig{Autostart: test.autostart}
			q := newDaemonQuestion(n, request.Command{Command: request.OnGroups(fleet.Command{Action: test.action}, n.Name, nil)})
			name := ""
			if q.Typed != nil {
				name = q.Typed.Name
			}
			if !strings.Contains(q.Warning.String(), test.warning) || (q.Warning.ID == "") != (test.warning == "") || name != test.typed {
				t.Errorf("%s, autostart %v: %q, to be typed: %q", test.action, test.autostart, q.Warning, name)
			}
		})
	}
}

func TestProcessPage_SaysWhatNodeCannotDo(t *testing.T) {
	n := payNode()
	old, without := n.Processes[6], n.Processes[7]
	without.Config = nil
	gone := *n
	gone.NoConfig = cesi.Raw("UNKNOWN_METHOD")
	for want, test := range map[string]struct {
		node    *fleet.Node
		process fleet.Process
		role    cesi.Role
	}{
		"reports no more":                     {n, old, cesi.LogReader},
		"UNKNOWN_METHOD":                      {&gone, without, cesi.LogReader},
		"does not have this process any more": {n, without, cesi.LogReader},
		"/srv/pay/bin/worker":                 {n, configured(old), cesi.LogReader},
	} {
		t.Run(want, func(t *testing.T) {
			doc := draw(t, viewtest.Renderer(t, ""), sample{"process", "process", newProcessPage(sampleBase(test.role), test.node, test.process)})
			if !strings.Contains(doc.Text(), want) {
				t.Errorf("it does not say %q", want)
			}
		})
	}
	viewer := draw(t, viewtest.Renderer(t, ""), sample{"process", "process", newProcessPage(sampleBase(cesi.Viewer), n, configured(old))})
	if strings.Contains(viewer.Text(), "/srv/pay") || viewer.Find("form[action*=signal]").Length() > 0 {
		t.Error("a viewer sees configuration or forms")
	}
}

func TestRereadPage_CountsChangesAndStops(t *testing.T) {
	base := sampleBase(cesi.Admin)
	for heading, changes := range map[string]cesi.Changes{
		"Nothing has changed on pay-eu-2": {},
		"1 group differs on pay-eu-2":     {Added: []string{"new"}},
		"2 groups differ on pay-eu-2":     {Changed: []string{"payments", "cesi"}},
	} {
		t.Run(heading, func(t *testing.T) {
			if got := newRereadPage(base, payNode(), changes).Heading; got != heading {
				t.Errorf("%q, want %q", got, heading)
			}
		})
	}
	for group, effect := range map[string]string{
		"工人":       "no process of it runs, so none is stopped, then it is added again and starts",
		"ledger":   "1 process is stopped, then it is added again and starts",
		"payments": "3 processes are stopped, then it is added again and starts",
	} {
		t.Run(group, func(t *testing.T) {
			page := newRereadPage(base, payNode(), cesi.Changes{Changed: []string{group}})
			if got := base.Localizer.Localize(page.Changes[0].Effect); got != effect {
				t.Errorf("%s: %q, want %q", group, got, effect)
			}
		})
	}
}

func TestSupervisordPage_GroupsOfSilentNodeAreUnknown(t *testing.T) {
	n := fleettest.Node("a", "x")
	n.Status, n.LastContact = fleet.Connecting, time.Time{}
	for sentence, node := range map[string]*fleet.Node{"It has not answered": n, "None. Add a program": fleettest.Node("a", "x")} {
		doc := draw(t, viewtest.Renderer(t, ""), sample{"daemon", "daemon", newDaemonPage(sampleBase(cesi.Admin), node, 1)})
		if got := doc.Find("[aria-labelledby=groups-heading]").Text(); !strings.Contains(got, sentence) {
			t.Errorf("%q, want %q", got, sentence)
		}
	}
}
