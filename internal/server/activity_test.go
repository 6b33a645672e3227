package server

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"

	"github.com/google/go-cmp/cmp"
)

// logEntries writes entries, the first one first.
func (h *harness) logEntries(entries ...cesi.Activity) {
	h.t.Helper()
	for _, entry := range entries {
		h.journal.Add(h.t.Context(), entry)
	}
}

// loggedActivity is the API's reply.
type loggedActivity struct {
	Logs []loggedEntry `json:"logs"`
	Next int64         `json:"next"`
}

// loggedEntry is the part of an activity log entry that tests need.
type loggedEntry struct {
	User    string `json:"user"`
	Target  string `json:"target"`
	Message string `json:"message"`
}

// targetsOf requests entries from the API and returns their targets.
func (b *browser) targetsOf(query string) []string {
	b.h.t.Helper()
	got := b.get("/api/v2/activitylogs?format=json&" + query)
	var list loggedActivity
	got.json(b.h.t, &list)
	var targets []string
	for _, entry := range list.Logs {
		targets = append(targets, entry.Target)
	}
	return targets
}

func TestActivity_FilterFields(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	h.logEntries(
		cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "web-1", Target: "api:api", Result: cesi.OK},
		cesi.Activity{User: "maria", Action: cesi.ActionStart, Node: "web-2", Target: "api:b", Result: cesi.Failed, Message: cesi.Raw("no file")},
		cesi.Activity{User: "maria", Action: cesi.ActionStart, Node: "web-2", Target: "job:job", Result: cesi.OK},
	)
	tomorrow := time.Now().AddDate(0, 0, 1).Format(time.DateOnly)
	today := time.Now().Format(time.DateOnly)
	for query, want := range map[string][]string{
		"user=lin":                               {"api:api"},
		"node=web-2":                             {"job:job", "api:b"},
		"process=api":                            {"api:api"},
		"process=job:job":                        {"job:job"},
		"process=api:*":                          {"api:b", "api:api"},
		"process=api:":                           {"api:b", "api:api"},
		"action=start":                           {"job:job", "api:b"},
		"result=failed":                          {"api:b"},
		"q=NO+FILE":                              {"api:b"},
		"user=maria&result=ok&action=start":      {"job:job"},
		"node=web-1&since=" + tomorrow:           nil,
		"node=web-1&until=" + today:              {"api:api"},
		"node=web-1&until=2026-01-01T02:00":      nil,
		"node=web-1&since=2026-01-01T02:00:00Z":  {"api:api"},
		"node=web-1&since=" + today + "&until=":  {"api:api"},
		"node=web-1&since=2020-01-01+00:00&q=++": {"api:api"},
	} {
		t.Run(query, func(t *testing.T) {
			if diff := cmp.Diff(want, admin.targetsOf(query)); diff != "" {
				t.Errorf("%s: %s", query, diff)
			}
		})
	}
	for query, part := range map[string]string{
		"action=dance": `"dance" is not an action`, "result=meh": `"meh" is not a result`, "since=yesterday": `"yesterday" is not a time`,
		"until=2026-13-01": "is not a time", "process=:n": ":n", "before=x": "no activity entry",
	} {
		t.Run(query, func(t *testing.T) {
			for _, path := range []string{"/activity", "/api/v2/activitylogs", "/api/v2/activitylogs/export"} {
				got := admin.get(path + "?" + query)
				if got.status != http.StatusBadRequest && got.status != http.StatusNotFound || !strings.Contains(strings.NewReplacer("&#34;", `"`, `\"`, `"`).Replace(got.body), part) {
					t.Errorf("%s?%s: %d %s", path, query, got.status, got.body)
				}
			}
		})
	}
}

func TestActivityAPI_Pages(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	for i := range 5 {
		h.logEntries(cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "n", Target: fmt.Sprint(i), Result: cesi.OK})
	}
	var got []string
	before, pages := int64(0), 0
	for ; pages == 0 || before != 0; pages++ {
		var list loggedActivity
		admin.get(fmt.Sprintf("/api/v2/activitylogs/2?format=json&user=lin&before=%d", before)).json(t, &list)
		for _, entry := range list.Logs {
			got = append(got, entry.Target)
		}
		before = list.Next
	}
	if diff := cmp.Diff([]string{"4", "3", "2", "1", "0"}, got); diff != "" || pages != 3 {
		t.Errorf("%d pages: %s", pages, diff)
	}
	var list loggedActivity
	admin.get("/api/v2/activitylogs/5?format=json&user=lin").json(t, &list)
	if len(list.Logs) != 5 || list.Next != 0 {
		t.Errorf("%d entries, next %d: there is nothing older", len(list.Logs), list.Next)
	}
}

// Hidden texts must not be found either: not in the API, not on the page, and not by a
// filter that reveals whether they exist.
func TestActivity_OnlyAdminsFindHiddenTexts(t *testing.T) {
	h := startServer(t, nil)
	h.addUsers()
	h.logEntries(
		cesi.Activity{User: "hunter2", Target: "hunter2", Action: cesi.ActionLoginFailed, Result: cesi.Failed, Message: cesi.Raw("wrong")},
		cesi.Activity{User: "lin", Target: "db:psql", Node: "n", Action: cesi.ActionStdin, Detail: "alter user with password 'swordfish'", Result: cesi.OK},
	)
	for _, role := range cesi.Roles() {
		b := h.as(role.String())
		for query, secrets := range map[string]int{
			"": 2, "q=hunter2": 1, "user=hunter2": 1, "q=swordfish": 1, "q=with+password": 1, "action=stdin": 1, "user=hunter2&action=login+failed": 1,
		} {
			if role != cesi.Admin {
				secrets = 0
			}
			for name, text := range map[string]string{
				"page":  b.get("/activity?" + query).page(t).Find(".activities").Text(),
				"lines": b.get("/api/v2/activitylogs?" + query).body,
				"JSON":  b.get("/api/v2/activitylogs/9?format=json&" + query).body,
			} {
				got := 0
				for _, secret := range []string{"hunter2", "swordfish"} {
					if strings.Contains(text, secret) {
						got++
					}
				}
				if name == "lines" && role == cesi.Admin {
					continue // stdin's text is not in CeSI's lines
				}
				if got != secrets {
					t.Errorf("%s finds %d secrets on the %s by %q, want %d:\n%s", role, got, name, query, secrets, text)
				}
			}
			if strings.Contains(query, "q=") || strings.Contains(query, "user=") {
				if found := b.targetsOf(query); role != cesi.Admin && found != nil {
					t.Errorf("%s finds %q by %s", role, found, query)
				}
			}
		}
	}
}

// beginEntries writes a command on many, and waits until all of it is stored,
// for longer than commands do.
func (h *harness) beginEntries(entries []cesi.Activity) {
	h.t.Helper()
	h.journal.Begin(h.t.Context(), entries)
	if err := h.journal.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// exportSetting is a log of more than one chunk, with a name that a spreadsheet
// would run.
func exportSetting(t *testing.T) (*harness, *browser, int) {
	t.Helper()
	h, admin := startServerAs(t, cesi.Admin, nil)
	many := make([]cesi.Activity, 1200)
	for i := range many {
		many[i] = cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "n", Target: fmt.Sprintf("g:%d", i), Message: cesi.Raw(`a "quoted", text`)}
	}
	h.beginEntries(many)
	h.logEntries(cesi.Activity{User: `=HYPERLINK("http://evil")`, Target: "@SUM(A1)", Action: cesi.ActionLoginFailed, Result: cesi.Failed, Message: cesi.Raw("-1\nline")})
	return h, admin, len(many)
}

func TestActivityExport_CSVIsSafeInSpreadsheets(t *testing.T) {
	_, admin, n := exportSetting(t)
	got := admin.get("/api/v2/activitylogs/export?format=csv")
	text, marked := strings.CutPrefix(got.body, "\ufeff")
	if !marked || strings.Contains(text, "\ufeff") {
		t.Error("the file does not begin with the one mark that Excel knows UTF-8 by")
	}
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if names := records[0]; names[0] != "id" || names[3] != "user" || names[len(names)-1] != "message" {
		t.Errorf("columns %q", names)
	}
	if want := n + 4; len(records) != want { // the names, a user added, a login, the one with formulas
		t.Errorf("%d records, want %d", len(records), want)
	}
	evil := records[1]
	if evil[3] != `'=HYPERLINK("http://evil")` || evil[7] != "'@SUM(A1)" || evil[12] != "'-1\nline" {
		t.Errorf("%q", evil)
	}
	if records[2][12] != `a "quoted", text` {
		t.Errorf("%q", records[2])
	}
	header := got.header
	if !strings.HasPrefix(header.Get("Content-Type"), "text/csv") || header.Get("X-Accel-Buffering") != "no" ||
		!strings.Contains(header.Get("Content-Disposition"), `attachment; filename="cesi-activity-`) {
		t.Errorf("header %v", header)
	}
}

func TestActivityExport_FilteredJSONLines(t *testing.T) {
	_, admin, n := exportSetting(t)
	got := admin.get("/api/v2/activitylogs/export?format=jsonl&user=lin")
	lines := strings.Split(strings.TrimSuffix(got.body, "\n"), "\n")
	if len(lines) != n {
		t.Fatalf("%d lines, want %d", len(lines), n)
	}
	var entry loggedEntry
	reply{body: lines[n-1]}.json(t, &entry)
	if entry.Target != "g:0" || entry.User != "lin" || entry.Message != `a "quoted", text` {
		t.Errorf("%+v", entry)
	}
	if got := admin.get("/api/v2/activitylogs/export?format=xls"); got.status != http.StatusBadRequest {
		t.Errorf("an unknown format: %d", got.status)
	}
	if got := admin.do(http.MethodHead, "/api/v2/activitylogs/export", ""); got.status != http.StatusOK || got.body != "" {
		t.Errorf("HEAD: %d %q", got.status, got.body)
	}
}

func TestPurge_AsksAndLogsItself(t *testing.T) {
	t.Parallel()
	h, admin := startServerAs(t, cesi.Admin, nil)
	h.logEntries(cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "n", Target: "old", Result: cesi.OK})
	if page := admin.get("/activity/purge").page(t); page.Find("input[type=date][name=before]").Length() != 1 {
		t.Error("it does not ask until when")
	}
	before := time.Now().Add(time.Second).Format(time.RFC3339Nano)
	h.wait("the second to pass", func() bool { return time.Now().Format(time.RFC3339Nano) > before })
	page := admin.get("/activity/purge?before=" + url.QueryEscape(before)).page(t)
	if got := page.Find("h1").Text(); got != "Remove 3 entries?" {
		t.Errorf("the question is %q", got)
	}
	if got := admin.targetsOf("user=lin"); len(got) != 1 {
		t.Error("the question has removed something")
	}
	form := url.Values{"before": {page.Find("input[name=before]").AttrOr("value", "")}}
	if got := admin.post("/activity/purge", form); got.status != http.StatusSeeOther || got.location != "/activity?notice=purged" {
		t.Fatalf("%d %s %s", got.status, got.location, got.body)
	}
	entries, err := h.db.Activities(t.Context(), store.ActivityFilter{Targets: true})
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries are left, error %v: %v", len(entries), err, entries)
	}
	if e := entries[0]; e.Action != cesi.ActionActivityPurged || e.User != "admin" || e.Result != cesi.OK || !strings.HasPrefix(e.Message.String(), "3 entries from before 20") {
		t.Errorf("the entry is %+v", e)
	}
}

func TestPurge_PageNeedsDate(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	for _, before := range []string{"", "yesterday"} {
		if got := admin.post("/activity/purge", url.Values{"before": {before}}); got.status != http.StatusBadRequest {
			t.Errorf("%q: %d", before, got.status)
		}
	}
	if got := admin.do(http.MethodDelete, "/api/v2/activitylogs?before=", ""); got.status != http.StatusBadRequest {
		t.Errorf("the API: %d %s", got.status, got.body)
	}
	if entries, err := h.db.Activities(t.Context(), store.ActivityFilter{}); err != nil || len(entries) != 2 {
		t.Errorf("%d entries are left, error %v", len(entries), err)
	}
}

func TestPurge_API(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	var answer struct {
		Removed int `json:"removed"`
	}
	admin.do(http.MethodDelete, "/api/v2/activitylogs?before=2020-01-01", "").json(t, &answer)
	if answer.Removed != 0 {
		t.Errorf("%d were older than everything", answer.Removed)
	}
	got := admin.do(http.MethodDelete, "/api/v2/activitylogs", "")
	if got.json(t, &answer); answer.Removed != 3 {
		t.Errorf("%s", got.body)
	}
	entries, err := h.db.Activities(t.Context(), store.ActivityFilter{})
	if err != nil || len(entries) != 1 || entries[0].Action != cesi.ActionActivityPurged {
		t.Errorf("%v, error %v", entries, err)
	}
}

// An entry logged between a page and its stream must not be missed.
func TestActivity_LiveShowsEntriesLoggedAfterThePage(t *testing.T) {
	h, _ := startLive(t)
	viewer := h.as("viewer")
	address, found := viewer.get("/activity").page(t).Find("#stream").Attr("data-hx-sse:connect")
	if !found {
		t.Fatal("the page has no stream")
	}
	h.logEntries(cesi.Activity{User: "latecomer", Action: cesi.ActionLogin, Target: "latecomer", Result: cesi.OK})
	response := viewer.send(http.MethodGet, address, "")
	events := make(chan event, 1000)
	go func() {
		defer close(events)
		defer response.Body.Close()
		readEvents(bufio.NewScanner(response.Body), events)
	}()
	if got := message(t, events).Text(); !strings.Contains(got, "latecomer") {
		t.Errorf("it was brought %s", got)
	}
}

// An export takes as long as its reader keeps reading, although every other
// answer has to be written within the server's WriteTimeout.
func TestActivityExport_OutlastsWriteTimeout(t *testing.T) {
	h, admin := startServerAs(t, cesi.Admin, nil)
	const count, timeout = 2500, 200 * time.Millisecond
	many := make([]cesi.Activity, count) // of 10 MB, more than sockets hold
	for i := range many {
		many[i] = cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "n", Target: "g:n", Message: cesi.Raw(strings.Repeat("x", 4096))}
	}
	h.beginEntries(many)
	listener := httptest.NewUnstartedServer(h.Server)
	listener.Config.WriteTimeout = timeout
	listener.Start()
	t.Cleanup(listener.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, listener.URL+"/api/v2/activitylogs/export?format=jsonl&user=lin", nil)
	if err != nil {
		t.Fatal(err)
	}
	home, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range admin.Jar.Cookies(home) {
		r.AddCookie(cookie)
	}
	began := time.Now()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	h.wait("the timeout to pass", func() bool { return time.Since(began) > 2*timeout })
	lines, scan := 0, bufio.NewScanner(response.Body)
	for scan.Scan() {
		lines++
	}
	if lines != count {
		t.Errorf("%d lines of %d came (%s): %v", lines, count, response.Status, scan.Err())
	}
}
