package pages

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/view"
	"cesi/internal/server/view/viewtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
)

func drawNode(t *testing.T, role cesi.Role, n *fleet.Node) *goquery.Document {
	t.Helper()
	return draw(t, viewtest.Renderer(t, ""), sample{"node", "node", newNodePage(sampleBase(role), n, 1)})
}

func TestNodePage_ListsProcesses(t *testing.T) {
	doc := drawNode(t, cesi.Operator, payNode())
	want := []string{
		"beat:beat supervisord does not know its state UNKNOWN",
		"cesi:cesi this CeSI RUNNING pid 1152 up 33 d 4 h",
		"job:import exit status 3 (not expected) · 1 h 10 min ago EXITED",
		"job:nightly exit status 0 (expected) · 1 d 2 h ago EXITED",
		"ledger:ledger RUNNING pid 1228 up 41 min",
		"mail:mail Exited too quickly (process log may have details) · 40 s ago BACKOFF",
		"payments:worker_01 RUNNING pid 1305 up 6 d 2 h",
		"payments:worker_02 RUNNING pid 1305 up 6 d 2 h",
		"payments:worker_03 can't find command '/srv/pay/bin/worker' · 2 min ago FATAL",
		"payments:worker_04 STARTING pid 1305 up 2 s",
		"search:indexer STOPPING pid 1229 up 3 s",
		"工人:工人 stopped · 8 h ago STOPPED",
	}
	if diff := cmp.Diff(want, texts(doc, "tr.process")); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	want = []string{"job 2 processes, 2 EXITED", "payments 4 processes, 1 STARTING, 2 RUNNING, 1 FATAL"}
	if diff := cmp.Diff(want, texts(doc, "tr.group-heading th")); diff != "" {
		t.Errorf("headings: - want, + got:\n%s", diff)
	}
	if got := strings.Join(texts(doc, ".facts"), ""); got != "UP production 10.2.0.8:9001 supervisord 4.2.5 answered 0.8 s ago in 3 ms" {
		t.Errorf("the facts are %q", got)
	}
}

func TestNodePage_ButtonsOfEachState(t *testing.T) {
	doc := drawNode(t, cesi.Operator, payNode())
	for id, want := range map[string][]string{
		"ledger:ledger":      {"/nodes/pay-eu-2/processes/ledger:ledger/stop", "/nodes/pay-eu-2/processes/ledger:ledger/restart"},
		"mail:mail":          {"/nodes/pay-eu-2/processes/mail:mail/stop", "/nodes/pay-eu-2/processes/mail:mail/restart"},
		"payments:worker_03": {"/nodes/pay-eu-2/processes/payments:worker_03/start", "/nodes/pay-eu-2/processes/payments:worker_03/restart"},
		"工人:工人":              {"/nodes/pay-eu-2/processes/%E5%B7%A5%E4%BA%BA:%E5%B7%A5%E4%BA%BA/start"},
		"search:indexer":     nil, // stopping: its buttons are disabled
		"cesi:cesi":          {"/nodes/pay-eu-2/confirm?action=stop&back=%2Fnodes%2Fpay-eu-2&process=cesi%3Acesi", "/nodes/pay-eu-2/processes/cesi:cesi/restart"},
	} {
		t.Run(id, func(t *testing.T) {
			var got []string
			doc.Find(`tr[id="process-pay-eu-2/` + id + `"] .cell-actions > :not([disabled], .log-link)`).Each(func(_ int, e *goquery.Selection) {
				got = append(got, e.AttrOr("formaction", e.AttrOr("href", "")))
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: - want, + got:\n%s", id, diff)
			}
		})
	}
	stop := doc.Find(`tr[id="process-pay-eu-2/ledger:ledger"] button`).First()
	if got := stop.AttrOr("aria-label", ""); got != "Stop ledger:ledger" {
		t.Errorf("its name is %q", got)
	}
}

func TestNodePage_LogLinksNeedPermission(t *testing.T) {
	for role, want := range map[cesi.Role]int{cesi.Admin: 1, cesi.LogReader: 1, cesi.Viewer: 0} {
		doc := drawNode(t, role, payNode())
		if got := doc.Find(`a[href="/nodes/pay-eu-2/processes/ledger:ledger/log/stdout"]`).Length(); got != want {
			t.Errorf("%s: %d links to a process's log, want %d", role, got, want)
		}
		if got := doc.Find(`a[href="/nodes/pay-eu-2/log"]`).Length(); got != want {
			t.Errorf("%s: %d links to supervisord's log, want %d", role, got, want)
		}
	}
}

func TestNodePage_SelectionGoesToConfirm(t *testing.T) {
	doc := drawNode(t, cesi.Operator, payNode())
	form := doc.Find("form#selection")
	if form.AttrOr("method", "") != "get" || form.AttrOr("action", "") != "/nodes/pay-eu-2/confirm" {
		t.Errorf("the form is %v", form.Nodes[0].Attr)
	}
	if got := doc.Find(`input[name=process][form=selection]`).Length(); got != 12 {
		t.Errorf("%d boxes", got)
	}
	if got := form.Find("input[name=back]").AttrOr("value", ""); got != "/nodes?q=web" {
		t.Errorf("it leads back to %q", got)
	}
	var actions []string
	form.Find("button[name=action]").Each(func(_ int, e *goquery.Selection) { actions = append(actions, e.AttrOr("value", "")) })
	if diff := cmp.Diff([]string{"restart", "stop", "start", "signal"}, actions); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestNodePage_ViewerSeesNoControls(t *testing.T) {
	for _, role := range []cesi.Role{cesi.LogReader, cesi.Viewer} {
		doc := drawNode(t, role, payNode())
		if got := doc.Find(`main button, main input[type=checkbox], a[href*="confirm"]`).Length(); got != 0 {
			t.Errorf("%s sees %d controls", role, got)
		}
		if doc.Find("tr.process").Length() != 12 {
			t.Errorf("%s does not see the processes", role)
		}
	}
}

func TestNodePage_SilentNodeShowsLastState(t *testing.T) {
	doc := drawNode(t, cesi.Admin, sampleFleet().Nodes[55])
	text := strings.Join(texts(doc, ".failure"), "")
	for _, want := range []string{"did not answer in time", "raise timeout", "the last answer, 02:11:29"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %q", want, text)
		}
	}
	if doc.Find(".panel.stale tr.process").Length() != 2 {
		t.Error("the old rows are not faded")
	}
	enabled := doc.Find("main button:not([disabled])")
	if enabled.Length() != 1 || enabled.AttrOr("formaction", "") != "/nodes/db-eu-1/poll" {
		t.Errorf("%d buttons are enabled", enabled.Length())
	}
	if got := doc.Find(`main a[href*="confirm"], main input[type=checkbox]`).Length(); got != 0 {
		t.Errorf("%d ways to a command", got)
	}
}

func TestNodePage_NeverAnswered(t *testing.T) {
	doc := drawNode(t, cesi.Admin, sampleFleet().Nodes[56])
	if got := strings.Join(texts(doc, ".failure"), ""); !strings.Contains(got, "has not answered since CeSI started") {
		t.Errorf("it says %q", got)
	}
	if doc.Find("table").Length() != 0 {
		t.Error("a table without rows")
	}
}

func TestReasonOf_NeverStarted(t *testing.T) {
	p := fleettest.Process("g", "p", cesi.Stopped, time.Hour)
	p.Start, p.Stop = 0, 0
	if got := view.ReasonOf(p).String(); got != "not started yet" {
		t.Errorf("got %q", got)
	}
}

func TestNodePage_AdviceForEachCause(t *testing.T) {
	seen := make(map[string]cesi.Cause)
	for _, cause := range []cesi.Cause{
		cesi.CauseRefused, cesi.CauseTimeout, cesi.CauseUnauthorized, cesi.CauseNameNotFound, cesi.CauseNotSupervisor,
		cesi.CauseShuttingDown, cesi.CauseBadReply, cesi.CauseTLS, cesi.CauseUnreachable,
		cesi.CauseNoInterface, cesi.CauseFailedInside, cesi.CauseTooLarge, cesi.CauseScheme, cesi.CauseProxy, cesi.CauseLocal,
	} {
		text := advice(cause).String()
		if was, taken := seen[text]; taken {
			t.Errorf("%q and %q get the same advice", was, cause)
		}
		seen[text] = cause
	}
}

func TestNodePage_Summary(t *testing.T) {
	running := fleet.Process{Process: cesi.Process{State: cesi.Running}}
	for count, want := range map[int]string{1: "1 process, RUNNING", 2: "2 processes, all RUNNING"} {
		if got := viewtest.English().Localize(summary(slices.Repeat([]fleet.Process{running}, count))); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestNodePage_ReplacedMachineNoticeForADay(t *testing.T) {
	now := sampleBase(cesi.Viewer).Now
	for _, test := range []struct {
		replaced *fleet.Replacement
		want     string
	}{
		{nil, ""},
		{&fleet.Replacement{Since: now.Add(-25 * time.Hour)}, ""},
		{&fleet.Replacement{Since: now, From: "10.0.0.1:9001", To: "10.0.0.1:9001"}, "this is another machine or supervisord than before."},
		{&fleet.Replacement{Since: now, From: "10.0.0.1:9001", To: "[fd00::1]:9001"},
			"this is another machine or supervisord than before: its name stood for 10.0.0.1:9001, and now stands for [fd00::1]:9001."},
	} {
		n := payNode()
		n.Replaced = test.replaced
		got := drawNode(t, cesi.Viewer, n).Find("#replaced").Text()
		if (got == "") != (test.want == "") || !strings.HasSuffix(strings.TrimSpace(got), test.want) {
			t.Errorf("it says %q, want %q", got, test.want)
		}
	}
}

// crowded is a node with so many processes in group a, and one in group b.
func crowded(processes int) *fleet.Node {
	n := &fleet.Node{Name: "big", Status: fleet.Up}
	for i := range processes {
		n.Processes = append(n.Processes, fleettest.Process("a", fmt.Sprintf("p%04d", i), cesi.Running, time.Hour))
	}
	n.Processes = append(n.Processes, fleettest.Process("b", "b", cesi.Fatal, time.Hour))
	return n
}

func TestNodePage_Pages(t *testing.T) {
	renderer := viewtest.Renderer(t, "")
	for _, c := range []struct {
		processes, page, rows int
		headings, pager       string
	}{
		{NodeRows - 1, 1, NodeRows, "a 499 processes, all RUNNING", ""},
		{2*NodeRows + 100, 1, NodeRows, "a 1,100 processes, all RUNNING", "Page 1 of 3 Next Last"},
		{2*NodeRows + 100, 2, NodeRows, "a 1,100 processes, all RUNNING", "Page 2 of 3 First Previous Next Last"},
		{2*NodeRows + 100, 3, 101, "a 1,100 processes, all RUNNING", "Page 3 of 3 First Previous"},
		{2*NodeRows + 100, 99, 101, "a 1,100 processes, all RUNNING", "Page 3 of 3 First Previous"},
		{2 * NodeRows, 3, 1, "", "Page 3 of 3 First Previous"}, // a group that has ended before
	} {
		t.Run(fmt.Sprintf("%d processes, page %d", c.processes, c.page), func(t *testing.T) {
			doc := draw(t, renderer, sample{"node", "node", newNodePage(sampleBase(cesi.Operator), crowded(c.processes), c.page)})
			if got := doc.Find("tr.process").Length(); got != c.rows || doc.Find(`input[name=process]`).Length() != c.rows {
				t.Errorf("%d, page %d: %d rows", c.processes, c.page, got)
			}
			if got := strings.Join(texts(doc, "tr.group-heading th"), "; "); got != c.headings {
				t.Errorf("%d, page %d: headings %q", c.processes, c.page, got)
			}
			if got := strings.Join(texts(doc, ".pager"), ""); got != c.pager {
				t.Errorf("%d, page %d: pager %q", c.processes, c.page, got)
			}
			want := "Select all processes on this page"
			if c.pager == "" {
				want = "Select all processes"
			}
			if got := doc.Find("[data-select-all]").AttrOr("aria-label", ""); got != want {
				t.Errorf("%d, page %d: the box of all says %q", c.processes, c.page, got)
			}
		})
	}
	doc := draw(t, renderer, sample{"node", "node", newNodePage(sampleBase(cesi.Operator), crowded(2*NodeRows), 2)})
	if got := doc.Find("tr.group-heading a[href*=confirm]").First().AttrOr("href", ""); !strings.Contains(got, "back=%2Fnodes%2Fbig%3Fpage%3D2&") {
		t.Errorf("a group's command leads back by %q", got)
	}
}

func TestNodePage_CountsOmittedProcesses(t *testing.T) {
	n := crowded(9)
	n.Omitted = 290_000
	got := strings.Join(texts(drawNode(t, cesi.Viewer, n), ".flash-warning"), "")
	if want := "This node names 290,010 processes. CeSI keeps the first 10 and leaves out the others."; got != want {
		t.Errorf("it says %q", got)
	}
}

func TestFleetMap_SquareLinksToPageOfProcess(t *testing.T) {
	cell := newMapCell(crowded(NodeRows), false)
	html := string(view.Squares(viewtest.English(), "/nodes/big", cell.Squares))
	if !strings.Contains(html, `"/nodes/big#process-big%2Fa:p0000"`) || !strings.Contains(html, `"/nodes/big?page=2#process-big%2Fb:b"`) {
		t.Errorf("the last squares are %s", html[len(html)-300:])
	}
}
