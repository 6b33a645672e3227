package server

import (
	"bufio"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/supervisor/supervisortest"

	"github.com/PuerkitoBio/goquery"
)

// event is one event of a stream.
type event struct{ name, id, data string }

// follow opens the stream of a page, as the page itself says.
func (b *browser) follow(path string) <-chan event {
	b.h.t.Helper()
	address, found := b.get(path).page(b.h.t).Find("#stream").Attr("data-hx-sse:connect")
	if !found {
		b.h.t.Fatalf("%s has no stream", path)
	}
	response := b.send(http.MethodGet, address, "")
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") {
		b.h.t.Fatalf("the stream answers %d, %s", response.StatusCode, got)
	}
	events := make(chan event, 1000)
	go func() {
		defer close(events)
		defer response.Body.Close()
		readEvents(bufio.NewScanner(response.Body), events)
	}()
	return events
}

func readEvents(lines *bufio.Scanner, to chan<- event) {
	lines.Buffer(nil, 1<<20)
	var e event
	for lines.Scan() {
		if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
			e.name = name
		} else if id, is := strings.CutPrefix(lines.Text(), "id: "); is {
			e.id = id
		} else if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
			e.data += data + "\n"
		} else if lines.Text() == "" {
			to <- e
			e = event{}
		}
	}
}

// message waits for the next event that changes the page.
func message(t *testing.T, events <-chan event) *goquery.Document {
	t.Helper()
	for e := range events {
		if e.name == "" {
			// Outside of a table a row is not parsed as one, so put it into a table.
			text := strings.NewReplacer("<hx-partial", "<table><tbody data-part", "</hx-partial>", "</tbody></table>").Replace(e.data)
			return reply{body: text}.page(t)
		}
	}
	t.Fatal("the stream ended")
	return nil
}

// startLive is a server with one fake node that sends changes to browsers.
func startLive(t *testing.T, change ...func(*setup)) (*harness, *supervisortest.Fake) {
	t.Helper()
	fake, nodes := fakeNode(t)
	fake.SetProcesses(fakeProcess("g", "p", cesi.Running), fakeProcess("g", "q", cesi.Running))
	change = append(change, func(s *setup) { s.fleetNow = withinASlot() })
	h := startServer(t, nodes, change...)
	h.addUsers()
	go h.RunLive(t.Context())
	return h, fake
}

// withinASlot is a clock that begins with a slot of the history: with the next
// one the bars of all rows change.
func withinASlot() func() time.Time {
	began := time.Now()
	late := began.Sub(began.Truncate(cesi.BucketLength))
	return func() time.Time { return time.Now().Add(-late) }
}

func TestLive_SendsChangedRow(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/cesi"} {
		h, fake := startLive(t, func(s *setup) { s.Prefix = prefix })
		operator, viewer := h.as("operator").follow(prefix+"/nodes/n"), h.as("viewer").follow(prefix+"/nodes/n")
		awaitBeat(t, operator)
		awaitBeat(t, viewer)
		fake.SetProcesses(fakeProcess("g", "p", cesi.Running), fakeProcess("g", "q", cesi.Fatal))
		for who, events := range map[string]<-chan event{"operator": operator, "viewer": viewer} {
			doc := message(t, events)
			row := doc.Find(`tr[id="process-n/g:q"]`)
			if got := row.Find(".state").Text(); got != "FATAL" {
				t.Errorf("%s: the row says %q", who, got)
			}
			if buttons := row.Find("button").Length(); (buttons > 0) != (who == "operator") {
				t.Errorf("%s: %d buttons", who, buttons)
			}
			if doc.Find(`tr[id="process-n/g:p"]`).Length() > 0 {
				t.Errorf("%s: the other row was sent too", who)
			}
		}
	}
}

func TestLive_WatchedProcessIsPolledBetweenPolls(t *testing.T) {
	fake, nodes := fakeNode(t)
	fake.SetProcesses(fakeProcess("g", "p", cesi.Starting))
	h := startServer(t, nodes, func(s *setup) { s.fleet.PollInterval = time.Hour })
	h.addUsers()
	go h.RunLive(t.Context())
	h.wait("the process to start", func() bool { return h.fleet.Snapshot().Counts.Starting == 1 })
	events := h.as("viewer").follow("/nodes/n")
	awaitBeat(t, events)
	fake.SetProcesses(fakeProcess("g", "p", cesi.Running))
	if got := message(t, events).Find(`tr[id="process-n/g:p"] .state`).Text(); got != "RUNNING" {
		t.Errorf("the row says %q", got)
	}
}

// awaitBeat waits for the first sign of life of a stream: it then has the state of its
// page.
func awaitBeat(t *testing.T, events <-chan event) {
	t.Helper()
	for e := range events {
		if e.name == "beat" && strings.TrimSpace(e.data) != "" {
			return
		}
	}
	t.Fatal("the stream ended")
}

func TestLive_EndsWithSessionRoleOrNode(t *testing.T) {
	t.Parallel()
	h, _ := startLive(t)
	h.addUser("leaver", cesi.Viewer)
	leaver := h.as("leaver")
	ends := map[string]<-chan event{
		"log-out": leaver.follow("/nodes"), "demotion": h.as("operator").follow("/nodes"), "deletion": h.as("logreader").follow("/nodes"),
		"a node that is gone": h.as("viewer").follow("/nodes/n"),
	}
	leaver.post("/logout", nil)
	if err := h.auth.SetRole(t.Context(), testRoot, "operator", cesi.Viewer); err != nil {
		t.Fatal(err)
	}
	if err := h.auth.DeleteUser(t.Context(), testRoot, "logreader"); err != nil {
		t.Fatal(err)
	}
	h.fleet.Apply(fleetOfNone())
	for name, events := range ends {
		t.Run(name, func(t *testing.T) {
			var last event
			for e := range events {
				last = e
			}
			if last.name != "reload" {
				t.Errorf("%s: the last event is %+v", name, last)
			}
		})
	}
}

func TestHtmx_AnswerIsPartOfPage(t *testing.T) {
	h, _ := startLive(t)
	operator := h.as("operator")
	script := with{"HX-Request", "true"}
	got := operator.post("/nodes/nowhere/processes/g:p/stop", nil, script)
	if got.status != http.StatusNotFound || got.page(t).Find("main").Length() > 0 || got.page(t).Find(".flash-bad").Length() != 1 {
		t.Errorf("an error: %d %s", got.status, got.body)
	}
	if got := operator.post("/nodes/n/poll", nil, script); got.status != http.StatusNoContent {
		t.Errorf("a poll: %d", got.status)
	}
	got = operator.post("/nodes/n/stop", url.Values{"back": {"/nodes/n"}}, script)
	if want := "/nodes/n/confirm?action=stop&back=%2Fnodes%2Fn"; got.header.Get("HX-Redirect") != want {
		t.Errorf("a question: %d, to %q", got.status, got.header.Get("HX-Redirect"))
	}
}

func fleetOfNone() fleet.Settings {
	return fleet.Settings{PollInterval: 100 * time.Millisecond, ActionTimeout: time.Second}
}

func TestFlash_FailedStartShowsEndOfStderr(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{
		Programs: "[program:bad]\ncommand = sh -c \"echo '<b>no port</b> \u6ca1\u6709\u7aef\u53e3' >&2; exit 3\"\nautostart = false\nstartretries = 0\n",
	})
	h := startServer(t, []cesi.Node{s.Node("n")})
	h.addUsers()
	got := h.as("operator").post("/nodes/n/processes/bad/start", nil, with{"HX-Request", "true"})
	toast := got.page(t)
	if toast.Find(".flash-bad").Length() != 1 {
		t.Errorf("it says %s", got.body)
	}
	if text := toast.Find(".last-words").Text(); text != "<b>no port</b> \u6ca1\u6709\u7aef\u53e3" {
		t.Errorf("the end of the log is %q", text)
	}
	if link := toast.Find("a").Last().AttrOr("href", ""); link != "/nodes/n/processes/bad:bad/log/stderr" {
		t.Errorf("the log is linked as %q", link)
	}
}

func TestLive_RowsFollowFilterSortAndPages(t *testing.T) {
	t.Parallel()
	h, fake := startLive(t)
	var list []cesi.Process
	for i := range request.PageRows + 1 {
		list = append(list, fakeProcess("g", fmt.Sprintf("p%03d", i), cesi.Running))
	}
	set := func(state cesi.State) {
		list[7].State = state
		fake.SetProcesses(slices.Clone(list)...) // it is read at the same time
	}
	set(cesi.Running)
	viewer := h.as("viewer")
	h.wait("all to be known", func() bool { return h.fleet.Snapshot().Counts.Running == len(list) })
	first, second := viewer.follow("/processes?state=RUNNING"), viewer.follow("/processes?page=2&state=RUNNING")
	sorted := viewer.follow("/processes?sort=state")
	for _, events := range []<-chan event{first, second, sorted} {
		awaitBeat(t, events)
	}
	names := func(rows *goquery.Selection) string {
		return rows.First().AttrOr("id", "") + " to " + rows.Last().AttrOr("id", "")
	}
	row := func(n int) string { return fmt.Sprintf("process-n/g:p%03d", n) }
	rowsOf := func(events <-chan event, want string) {
		t.Helper()
		for names(message(t, events).Find("tr.process")) != want {
		}
	}
	set(cesi.Fatal)
	rowsOf(first, row(0)+" to "+row(request.PageRows)) // one left, so the next page's has moved up
	rowsOf(second, row(0)+" to "+row(request.PageRows))
	rowsOf(sorted, row(7)+" to "+row(request.PageRows-1))
	set(cesi.Running)
	rowsOf(first, row(0)+" to "+row(request.PageRows-1))
	rowsOf(second, row(request.PageRows)+" to "+row(request.PageRows))
	rowsOf(sorted, row(0)+" to "+row(request.PageRows-1))
}

// liveStatus requests the stream of a page and returns the status.
func (b *browser) liveStatus(at string) int {
	b.h.t.Helper()
	response := b.send(http.MethodGet, "/live?"+url.Values{"at": {at}}.Encode(), "", with{"HX-Request", "true"})
	response.Body.Close()
	return response.StatusCode
}

func TestLive_EveryRouteByEveryRole(t *testing.T) {
	t.Parallel()
	c := newRoleBrowsers(t)
	for _, route := range everyRoute(t, c.Server) {
		method, pattern, _ := strings.Cut(route, " ")
		if method != http.MethodGet {
			continue
		}
		page, marked := c.livePages[pattern]
		for of := byViewer; of <= byAdmin; of++ {
			b := c.caller(of)
			want := http.StatusOK
			switch {
			case !marked:
				want = http.StatusNotFound
			case page.permission == cesi.ControlDaemon && of < byAdmin:
				want = http.StatusForbidden
			}
			for _, at := range []string{pathOf(pattern), pathOf(pattern) + "?x=1&before=0"} {
				if got := b.liveStatus(at); got != want {
					t.Errorf("at=%s by %q: %d, want %d", at, callers()[of], got, want)
				}
			}
		}
	}
	for _, at := range []string{"", "nodes", "//evil.example/", "https://evil.example/", "/nodes/../..", "/%zz", "\\nodes", "/\x00", "/processes?q=" + strings.Repeat("x", 5000)} {
		if got := c.caller(byAdmin).liveStatus(at); got != http.StatusBadRequest {
			t.Errorf("at=%.40q: %d", at, got)
		}
	}
	if strings.Contains(c.log.String(), "panic") {
		t.Errorf("something panicked: %s", c.log.String())
	}
}

func TestLive_EqualPagesHaveOneAddress(t *testing.T) {
	t.Parallel()
	_, nodes := fakeNode(t)
	h := startServer(t, nodes, func(s *setup) { s.Prefix = "/cesi" })
	for at, want := range map[string]string{
		"/":                           "/",
		"/cesi/":                      "/",
		"/?x=1":                       "/",
		"/?attention=all&attention=b": "/?attention=all",
		"/nodes/":                     "/nodes",
		"/nodes/n?x=5000":             "/nodes/n",
		"/nodes/%6e":                  "/nodes/n",
		"/nodes/a%2Fb":                "/nodes/a%2Fb",
		"/nodes/n/processes/g%3Ap":    "/nodes/n/processes/g:p",
		"/processes?x=1&state=RUNNING&state=FATAL&state=FATAL&q=": "/processes?state=FATAL&state=RUNNING",
		"/processes?sort=name&q=a&q=b":                            "/processes?q=a&sort=name",
		"/activity?notice=purged&user=u":                          "/activity?user=u",
	} {
		t.Run(at, func(t *testing.T) {
			if _, got, err := h.canonicalPage(at); err != nil || got != want {
				t.Errorf("%s is %s, %v; want %s", at, got, err, want)
			}
		})
	}
}

func TestLive_OpenStreamsAreBounded(t *testing.T) {
	t.Parallel()
	h, _ := startLive(t)
	greedy := h.as("viewer")
	var open []*http.Response
	for n := range 64 {
		response := greedy.send(http.MethodGet, fmt.Sprintf("/live?at=%%2Fprocesses%%3Fx%%3D%d", n), "")
		if response.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %d", n, response.StatusCode)
		}
		open = append(open, response)
	}
	refused := greedy.get("/live?at=/nodes", with{"HX-Request", "true"})
	if refused.status != http.StatusTooManyRequests || !strings.Contains(refused.page(t).Find(".flash-text").Text(), "64 others") {
		t.Errorf("one more: %d %s", refused.status, refused.body)
	}
	if got := h.as("operator").liveStatus("/nodes"); got != http.StatusOK {
		t.Errorf("another user's: %d", got)
	}
	for _, response := range open {
		response.Body.Close()
	}
	h.wait("the streams to be given back", func() bool { return greedy.liveStatus("/nodes") == http.StatusOK })
}

func TestLive_PagedNodes(t *testing.T) {
	t.Parallel()
	fakes := supervisortest.StartFleet(t)
	var list []*supervisortest.Fake
	var nodes []cesi.Node
	for i := range request.PageRows + 2 {
		list = append(list, fakes.Add(fmt.Sprintf("n%03d", i), fakeProcess("g", "p", cesi.Running)))
		nodes = append(nodes, list[i].Node())
	}
	h := startServer(t, nodes, func(s *setup) { s.fleetNow = withinASlot() })
	h.addUsers()
	go h.RunLive(t.Context())
	h.wait("all nodes to answer", func() bool { return h.fleet.Snapshot().NodesUp == len(nodes) })
	second := h.as("viewer").follow("/nodes?page=2")
	awaitBeat(t, second)
	list[0].SetProcesses(fakeProcess("g", "p", cesi.Fatal))
	list[request.PageRows+1].SetProcesses(fakeProcess("g", "p", cesi.Fatal))
	for {
		doc := message(t, second)
		if doc.Find("#node-n000").Length() > 0 {
			t.Fatal("the first page was sent")
		}
		if doc.Find(fmt.Sprintf("#node-n%03d .state-counts", request.PageRows+1)).Find(".text-bad").Length() > 0 {
			return
		}
	}
}

func TestNodes_RefusesWhatIsNoPage(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Viewer, nodes)
	for _, word := range []string{"0", "-1", "two", "1.5", "99999999999999999999"} {
		want := fmt.Sprintf("%q is not the number of a page", word)
		for _, list := range []string{"/nodes", "/processes"} {
			if got := b.get(list + "?page=" + word); got.status != http.StatusBadRequest || !strings.Contains(got.page(t).Text(), want) {
				t.Errorf("%s?page=%s: %d", list, word, got.status)
			}
		}
	}
}

func TestLive_PagedNodePage(t *testing.T) {
	t.Parallel()
	h, fake := startLive(t)
	list := make([]cesi.Process, 502)
	for i := range list {
		list[i] = fakeProcess("g", fmt.Sprintf("p%04d", i), cesi.Running)
	}
	fake.SetProcesses(slices.Clone(list)...)
	h.wait("all to be known", func() bool { return h.fleet.Snapshot().Counts.Running == len(list) })
	second := h.as("viewer").follow("/nodes/n?page=2")
	awaitBeat(t, second)
	list[501].State = cesi.Fatal
	fake.SetProcesses(list...)
	for {
		doc := message(t, second)
		if doc.Find(`tr[id="process-n/g:p0000"]`).Length() > 0 {
			t.Fatal("the first page was sent")
		}
		if doc.Find(fmt.Sprintf(`tr[id="process-n/g:p%04d"] .state`, 501)).Text() == "FATAL" {
			return
		}
	}
}
