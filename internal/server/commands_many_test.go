package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

// slowPrograms are four programs that count as running only after two seconds.
const slowPrograms = `
[program:worker]
command = sleep 3600
process_name = worker_%(process_num)02d
numprocs = 4
startsecs = 2
`

// quickPrograms are a group of two that run at once, and one that is stopped.
const quickPrograms = `
[program:api]
command = sh -c 'trap "touch $1" USR1; while :; do read line; done' - %(here)s/%(process_num)d.signalled
process_name = api_%(process_num)d
numprocs = 2
startsecs = 0
[program:off]
command = sleep 3600
autostart = false
startsecs = 0
`

// startMany starts supervisords with the programs, as nodes n0, n1, … of the
// environment lab, and a server with an operator.
func startMany(t *testing.T, count int, programs string, change ...func(*setup)) (*harness, *browser, []*supervisortest.Supervisor) {
	t.Helper()
	t.Parallel()
	var daemons []*supervisortest.Supervisor
	var nodes []cesi.Node
	for i := range count {
		s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
		n := s.Node(fmt.Sprintf("n%d", i))
		n.Environments = []string{"lab"}
		daemons, nodes = append(daemons, s), append(nodes, n)
	}
	h, b := startServerAs(t, cesi.Operator, nodes, change...)
	return h, b, daemons
}

// waitRunning waits until the fleet has that many running processes.
func (h *harness) waitRunning(count int) {
	h.t.Helper()
	h.wait(fmt.Sprint(count, " to run"), func() bool { return h.fleet.Snapshot().Counts.Running == count })
}

// formFields returns the fields that a form sends without a named button.
func formFields(form *goquery.Selection) url.Values {
	values := make(url.Values)
	form.Find("input[name]").Each(func(_ int, e *goquery.Selection) {
		if _, checked := e.Attr("checked"); checked || e.AttrOr("type", "") != "checkbox" {
			values.Add(e.AttrOr("name", ""), e.AttrOr("value", ""))
		}
	})
	form.Find("select[name] option[selected]").Each(func(_ int, e *goquery.Selection) {
		values.Add(e.Parent().AttrOr("name", ""), e.AttrOr("value", ""))
	})
	return values
}

// choose sends the selection of a page as a browser without scripts does, with
// the given changes, and returns the question.
func (b *browser) choose(path string, change url.Values) *goquery.Document {
	b.h.t.Helper()
	form := formFields(b.get(path).page(b.h.t).Find("form#selection"))
	for name, values := range change {
		form[name] = values
	}
	asked := b.post("/command", form)
	if asked.status == http.StatusSeeOther {
		asked = b.get(asked.location)
	}
	if asked.status != http.StatusOK {
		b.h.t.Fatalf("the question: %d %s", asked.status, asked.page(b.h.t).Find("main").Text())
	}
	return asked.page(b.h.t)
}

// confirm answers yes to a question and returns the page that it leads back to.
func (b *browser) confirm(question *goquery.Document, change url.Values) *goquery.Document {
	b.h.t.Helper()
	form := question.Find("main form").First()
	values := formFields(form)
	for name, v := range change {
		values[name] = v
	}
	done := b.post(form.AttrOr("action", ""), values)
	if done.status != http.StatusSeeOther {
		b.h.t.Fatalf("the answer: %d %s", done.status, done.page(b.h.t).Find("main").Text())
	}
	return b.get(done.location).page(b.h.t)
}

func TestCommandOnMany_SlowRestartsRunInParallel(t *testing.T) {
	h, b, daemons := startMany(t, 3, slowPrograms, func(s *setup) { s.patience = time.Minute })
	var before []int
	for i, s := range daemons {
		h.wait(fmt.Sprint("n", i), func() bool { return h.fleet.Snapshot().Nodes[i].Counts.Running == 4 })
		before = append(before, workerPIDs(s)...)
	}
	question := b.choose("/processes?group=worker", url.Values{"scope": {"matching"}, "action": {"restart"}})
	if got := strings.TrimSpace(question.Find("h1").Text()); got != "Restart 12 processes on 3 nodes?" {
		t.Fatalf("the question is %q", got)
	}
	began := time.Now()
	page := b.confirm(question, nil)
	took := time.Since(began)
	t.Logf("12 restarts with startsecs=2 on 3 nodes took %.1f s", took.Seconds())
	if took > 12*time.Second { // one after the other: over 24 s
		t.Error("they did not go side by side")
	}
	if rows := page.Find(".outcomes tbody tr"); rows.Length() != 12 || rows.Find(".text-running").Length() != 12 {
		t.Errorf("it tells of %d results, %d of them good: %s", rows.Length(), rows.Find(".text-running").Length(), page.Find(".flash").Text())
	}
	for i, s := range daemons {
		if got := s.States(); strings.Count(strings.Join(got, "\n"), "RUNNING") != 4 {
			t.Errorf("n%d has %q", i, got)
		}
		for _, pid := range workerPIDs(s) {
			if pid == 0 || slices.Contains(before, pid) {
				t.Errorf("process %d was not restarted", pid)
			}
		}
	}
}

// workerPIDs returns the pids of slowPrograms.
func workerPIDs(s *supervisortest.Supervisor) []int {
	list := make([]int, 4)
	for i := range list {
		list[i] = s.ProcessPID(fmt.Sprintf("worker:worker_%02d", i))
	}
	return list
}

func TestCommandOnMany_StopSelectionOnTwoNodes(t *testing.T) {
	h, b, daemons := startMany(t, 2, quickPrograms)
	h.waitRunning(4)
	targets := url.Values{"target": {"n0/api:api_0", "n1/api:*"}, "action": {"stop"}}
	question := b.choose("/processes?q=api&sort=node", targets)
	if got := strings.TrimSpace(question.Find("h1").Text()); got != "Stop 3 processes on 2 nodes?" {
		t.Fatalf("the question is %q", got)
	}
	page := b.confirm(question, nil)
	if got := page.Find("input[name=q]").AttrOr("value", ""); got != "api" || page.Find(".outcomes tbody tr").Length() != 3 {
		t.Errorf("it leads back to a filter of %q, and tells %q", got, page.Find(".flash").Text())
	}
	want := []string{"RUNNING", "STOPPED", "STOPPED", "STOPPED"}
	got := []string{daemons[0].State("api:api_1"), daemons[0].State("api:api_0"), daemons[1].State("api:api_0"), daemons[1].State("api:api_1")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("supervisorctl: - want, + got:\n%s", diff)
	}
}

func TestCommandOnMany_SignalGroupOnAllNodes(t *testing.T) {
	h, b, daemons := startMany(t, 2, quickPrograms)
	h.waitRunning(4)
	question := b.choose("/groups/api", url.Values{"target": {"n0/api:*", "n1/api:*"}, "action": {"signal"}})
	page := b.confirm(question, url.Values{"signal": {"USR1"}})
	if got := page.Find(".outcomes .text-running").Length(); got != 4 {
		t.Errorf("%d of 4 were signalled: %s", got, page.Find(".flash").Text())
	}
	for _, s := range daemons {
		h.wait("the signal to arrive", func() bool {
			return s.State("api:api_0") == "RUNNING" && exists(s.Path("0.signalled")) && exists(s.Path("1.signalled"))
		})
	}
}

func TestCommandOnMany_WholeGroupNodeAndEnvironment(t *testing.T) {
	h, b, daemons := startMany(t, 2, quickPrograms)
	h.waitRunning(4)
	for _, step := range []struct {
		page, link string // the page, and which of its links is followed
		question   string
		want       []string // api_0, api_1 and off, on n0 and n1
	}{
		{"/groups/api", "#row-api_1 .cell-actions a:nth-child(2)", "Stop 2 processes on 2 nodes?",
			[]string{"RUNNING", "STOPPED", "STOPPED", "RUNNING", "STOPPED", "STOPPED"}},
		{"/groups/api", "#part-n0 .cell-actions a:nth-child(2)", "Stop api:api_0 on n0?",
			[]string{"STOPPED", "STOPPED", "STOPPED", "RUNNING", "STOPPED", "STOPPED"}},
		{"/groups/api", ".page-actions a:nth-child(1)", "Start 3 processes on 2 nodes?",
			[]string{"RUNNING", "RUNNING", "STOPPED", "RUNNING", "RUNNING", "STOPPED"}},
		{"/environments/lab", ".page-actions a:nth-child(1)", "Start 2 processes on 2 nodes?",
			[]string{"RUNNING", "RUNNING", "RUNNING", "RUNNING", "RUNNING", "RUNNING"}},
		{"/environments/lab", "#part-n1 .cell-actions a:nth-child(2)", "Stop 3 processes on n1?",
			[]string{"RUNNING", "RUNNING", "RUNNING", "STOPPED", "STOPPED", "STOPPED"}},
	} {
		link := b.get(step.page).page(t).Find(step.link).AttrOr("href", "")
		question := b.get(link).page(t)
		if got := strings.TrimSpace(question.Find("h1").Text()); got != step.question {
			t.Fatalf("%s of %s asks %q, want %q", step.link, step.page, got, step.question)
		}
		b.confirm(question, nil)
		var got []string
		for _, s := range daemons {
			got = append(got, s.State("api:api_0"), s.State("api:api_1"), s.State("off"))
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Fatalf("after %q: - want, + got:\n%s", step.question, diff)
		}
	}
}

func TestCommandOnMany_QuestionDoesNotWaitForHungNode(t *testing.T) {
	t.Parallel()
	hung, nodes := fakeNode(t)
	nodes[0].Timeout = 2 * time.Second
	h, b := startServerAs(t, cesi.Admin, nodes)
	hung.Misbehave(supervisortest.Hang)
	h.wait("the node to hang", func() bool { return mustNode(h).Status == fleet.Down })
	for path, form := range map[string]url.Values{
		"/command":                          {"action": {"stop"}, "target": {"n/g:p"}},
		"/nodes/n/processes/g:p/clear-logs": nil,
	} {
		began := time.Now()
		got := b.post(path, form)
		if took := time.Since(began); took > nodes[0].Timeout/2 || got.status >= http.StatusBadRequest {
			t.Errorf("%s: %d after %s", path, got.status, took)
		}
	}
}
