package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/api"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// programs are those of the tests' supervisord: a group of two that run, one
// that does not start by itself, one that can't start, and one that takes long.
const programs = `
[program:web]
command = sleep 3600
process_name = web_%(process_num)d
numprocs = 2
startsecs = 0
[program:off]
command = sleep 3600
autostart = false
startsecs = 0
[program:bad]
command = /nope/bad
autostart = false
[program:slow]
command = sleep 3600
autostart = false
startsecs = 2
`

// startReal starts a supervisord with the programs, and a server with it as node n, on
// which an operator is logged in. Such tests run in parallel: most of the time they
// wait.
func startReal(t *testing.T, change ...func(*setup)) (*harness, *browser, *supervisortest.Supervisor) {
	t.Helper()
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
	s.WaitState("web:web_1", "RUNNING")
	h, b := startServerAs(t, cesi.Operator, []cesi.Node{s.Node("n")}, change...)
	return h, b, s
}

// command is the answer to one.
type command struct {
	Status, Message string
	Activity        cesi.ActivityID
	Process         *struct{ Statename string }
	Results         []struct{ Node, Process, Result, Message string }
}

// sent posts a command, and returns its status and answer.
func (b *browser) sent(path, body string) (int, command) {
	b.h.t.Helper()
	r := b.do(http.MethodPost, "/api/v2/nodes/"+path, body)
	var answer command
	r.json(b.h.t, &answer)
	return r.status, answer
}

func TestCommandAPI_OneProcess(t *testing.T) {
	h, b, s := startReal(t)
	for _, step := range []struct {
		path   string
		status int
		words  string // of the message
		state  string // of the process, where the answer holds it
	}{
		{"n/processes/web:web_0/stop", 200, "n web:web_0 stop event succesfully", "STOPPED"},
		{"n/processes/web:web_0/stop", 409, "NOT_RUNNING", ""},
		{"n/processes/web:web_0/start", 200, "n web:web_0 start event succesfully", "RUNNING"},
		{"n/processes/web:web_0/start", 409, "ALREADY_STARTED", ""},
		{"n/processes/web:web_0/restart", 200, "n web:web_0 restart event succesfully", "RUNNING"},
		{"n/processes/off/start", 200, "n off start event succesfully", "RUNNING"},
		{"n/processes/off:off/stop/", 200, "n off:off stop event succesfully", "STOPPED"},
		{"n/processes/bad:bad/start", 422, "bad", ""},
		{"n/processes/web:nope/start", 404, `there is no process "web:nope" on node "n"`, ""},
		{"nope/processes/web:web_0/start", 404, `there is no node "nope"`, ""},
		{"n/processes/web:/start", 400, `"web:" is not a process`, ""},
		{"n/processes/web:*/start", 400, `"web:*" is not a process`, ""},
	} {
		status, got := b.sent(step.path, "")
		state := ""
		if got.Process != nil {
			state = got.Process.Statename
		}
		word := "error"
		if step.status == http.StatusOK {
			word = "success"
		}
		if status != step.status || got.Status != word || !strings.Contains(got.Message, step.words) || state != step.state {
			t.Errorf("%s: %d %+v, process %s", step.path, status, got, state)
		}
	}
	if got := s.State("web:web_0"); got != "RUNNING" {
		t.Errorf("web_0 is %s", got)
	}
	if got := len(h.commands()); got != 8 { // unknown commands have no entry
		t.Errorf("%d entries in the activity log", got)
	}
}

func TestCommandAPI_AllProcessesOfNode(t *testing.T) {
	_, b, s := startReal(t)
	results := func(answer command) map[string]string {
		got := make(map[string]string)
		for _, r := range answer.Results {
			got[r.Process] = r.Result
		}
		return got
	}
	status, answer := b.sent("n/all-processes/restart", "")
	if diff := cmp.Diff(map[string]string{"web:web_0": "ok", "web:web_1": "ok", "off:off": "skipped", "bad:bad": "skipped",
		"slow:slow": "skipped"}, results(answer)); diff != "" || status != http.StatusOK || answer.Status != "success" {
		t.Errorf("restart: %d %+v\n%s", status, answer, diff)
	}
	status, answer = b.sent("n/all-processes/start/", "{}")
	if diff := cmp.Diff(map[string]string{"web:web_0": "skipped", "web:web_1": "skipped", "off:off": "ok", "bad:bad": "failed",
		"slow:slow": "ok"}, results(answer)); diff != "" || status != http.StatusOK || answer.Message != "2 ok, 1 failed, 2 skipped" {
		t.Errorf("start: %d %+v\n%s", status, answer, diff)
	}
	status, answer = b.sent("n/all-processes/stop", "")
	if status != http.StatusOK || answer.Activity == 0 || s.State("web:web_1") != "STOPPED" {
		t.Errorf("stop: %d %+v", status, answer)
	}
	if status, answer = b.sent("nope/all-processes/stop", ""); status != http.StatusNotFound || answer.Status != "error" {
		t.Errorf("a node that is not there: %d %+v", status, answer)
	}
}

func TestCommandAPI_AllFailedIsAnError(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: "[program:bad]\ncommand = /nope/bad\nautostart = false\n"})
	_, b := startServerAs(t, cesi.Operator, []cesi.Node{s.Node("n")})
	status, answer := b.sent("n/all-processes/start", "")
	if status != http.StatusUnprocessableEntity || answer.Status != "error" || len(answer.Results) != 1 || answer.Results[0].Result != "failed" {
		t.Errorf("%d %+v", status, answer)
	}
}

func TestCommandAPI_SlowCommandIsUnderWay(t *testing.T) {
	h, b, s := startReal(t, func(s *setup) { s.patience = time.Millisecond })
	status, answer := b.sent("n/processes/slow:slow/start", "")
	if status != http.StatusAccepted || answer.Status != "success" || answer.Activity == 0 ||
		answer.Message != fmt.Sprintf("still under way: see activity %d", answer.Activity) {
		t.Errorf("%d %+v", status, answer)
	}
	if busy, got := b.sent("n/processes/slow:slow/restart", ""); busy != http.StatusConflict || !strings.Contains(got.Message, "busy") {
		t.Errorf("a second one: %d %+v", busy, got)
	}
	page := b.post("/nodes/n/processes/web:web_0/restart", map[string][]string{"back": {"/nodes/n"}})
	if !strings.HasPrefix(page.location, "/nodes/n?report=") {
		t.Errorf("the page's: %d to %q", page.status, page.location)
	}
	h.wait("the commands to end", func() bool {
		return !slices.ContainsFunc(h.commands(), func(a cesi.Activity) bool { return a.Result == cesi.Pending })
	})
	if entry, _, err := h.db.Activity(t.Context(), answer.Activity); err != nil || entry.Result != cesi.OK || s.State("slow") != "RUNNING" {
		t.Errorf("it ended with %+v, %v", entry, err)
	}
}

func TestCommandAPI_OutlivesItsClient(t *testing.T) {
	h, b, s := startReal(t)
	b.Timeout = 500 * time.Millisecond // the start takes 2 s
	if response, err := b.Post(h.url+"/api/v2/nodes/n/processes/slow/start", "application/json", nil); err == nil {
		response.Body.Close()
		t.Fatal("the start did not last")
	}
	h.wait("the command to end", func() bool {
		list := h.commands()
		return len(list) == 1 && list[0].Result == cesi.OK
	})
	if got := s.State("slow"); got != "RUNNING" {
		t.Errorf("it is %s", got)
	}
}

func TestAPI_SilentNodeIsNamed(t *testing.T) {
	refused := cesi.Node{Name: "refused", URL: "http://127.0.0.1:1", Timeout: 5 * time.Second}
	hangs := supervisortest.StartFleet(t).Add("hangs")
	hangs.Misbehave(supervisortest.Hang)
	silent := hangs.Node()
	silent.Timeout = 50 * time.Millisecond
	_, b := startServerAs(t, cesi.Operator, []cesi.Node{refused, silent})
	for request, want := range map[string]int{
		"GET refused/processes":              http.StatusBadGateway,
		"GET refused/processes/g:p":          http.StatusBadGateway,
		"GET refused/processes/g:p/log":      http.StatusBadGateway,
		"POST refused/processes/g:p/start":   http.StatusBadGateway,
		"POST refused/all-processes/restart": http.StatusBadGateway,
		"GET hangs/processes":                http.StatusGatewayTimeout,
		"GET hangs/processes/g:p/log":        http.StatusGatewayTimeout,
		"POST hangs/processes/g:p/stop":      http.StatusGatewayTimeout,
		"POST hangs/all-processes/stop":      http.StatusGatewayTimeout,
		"GET refused":                        http.StatusOK, // the node itself is known
		"GET hangs":                          http.StatusOK,
	} {
		t.Run(request, func(t *testing.T) {
			method, path, _ := strings.Cut(request, " ")
			got := b.do(method, "/api/v2/nodes/"+path, "")
			node, _, _ := strings.Cut(path, "/")
			if got.status != want || !strings.Contains(got.body, node) || strings.Contains(got.body, "127.0.0.1:1/") {
				t.Errorf("%s: %d %s", request, got.status, got.body)
			}
		})
	}
}

// proven takes whatever fits for this CeSI.
type proven struct{}

func (proven) Prove(context.Context, func(context.Context, string) error) fleet.Proof {
	return fleet.Proven
}

// withSelf makes the process g:p of a fake node the program that CeSI runs as.
func withSelf(s *setup) {
	s.self = fleet.Self{Process: cesi.ProcessID{Group: "g", Name: "p"}, PID: 42, Parent: 1, Proof: proven{}}
}

func TestCommandAPI_StopSelfNeedsConfirmation(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes, withSelf)
	for _, body := range []string{"", "{}", `{"confirm":""}`, `{"confirm":"g:q"}`, `{"confirm":"yes"}`} {
		if status, got := b.sent("n/processes/g:p/stop", body); status != http.StatusConflict || !strings.Contains(got.Message, "g:p is this CeSI itself") {
			t.Errorf("%s: %d %+v", body, status, got)
		}
	}
	if got := h.commands(); len(got) > 0 {
		t.Errorf("it went out: %+v", got)
	}
	if status, got := b.sent("n/processes/g:p/stop", `{"confirm":"g:p"}`); status != http.StatusUnprocessableEntity { // the fake can't stop
		t.Errorf("by name: %d %+v", status, got)
	}
	status, got := b.sent("n/all-processes/stop", "")
	if status != http.StatusOK || len(got.Results) != 1 || got.Results[0].Result != "skipped" {
		t.Errorf("among all: %d %+v", status, got)
	}
}

func TestAPI_WrongBody(t *testing.T) {
	_, nodes := fakeNode(t)
	h, b := startServerAs(t, cesi.Operator, nodes)
	before := h.stored()
	for _, path := range []string{"POST auth/login", "PUT profile/password", "POST nodes/n/processes/g:p/stop", "POST nodes/n/all-processes/stop"} {
		method, path, _ := strings.Cut(path, " ")
		for body, words := range map[string]string{
			"{":                     "is not JSON",
			"[]":                    "body: want an object",
			`"a"`:                   "body: want an object",
			"username=a&password=b": "is not JSON",
			"{}{}":                  "more than one JSON value",
			`{"confirm":1,"username":1,"oldPassword":1}`:   ": want a string",
			`{"a":"` + strings.Repeat("a", maxBody) + `"}`: "larger than 1048576 bytes",
		} {
			got := b.do(method, "/api/v2/"+path, body)
			var failure api.ErrorJSON
			if err := json.Unmarshal([]byte(got.body), &failure); err != nil || got.status != http.StatusBadRequest ||
				failure.Status != "error" || !strings.Contains(failure.Message, words) {
				t.Errorf("%s %.20s: %d %s", path, body, got.status, got.body)
			}
		}
	}
	if got := b.do(http.MethodPost, "/api/v2/auth/login", ""); got.status != http.StatusBadRequest {
		t.Errorf("a login without a body: %d %s", got.status, got.body)
	}
	if diff := cmp.Diff(before, h.stored()); diff != "" {
		t.Errorf("what has changed: %s", diff)
	}
}

func TestCommandAPI_WorksWithoutActivityLog(t *testing.T) {
	h, b, s := startReal(t)
	mend := h.breakAudit()
	if status, got := b.sent("n/processes/web:web_0/stop", ""); status != http.StatusOK || s.State("web:web_0") != "STOPPED" {
		t.Errorf("%d %+v", status, got)
	}
	if !strings.Contains(h.log.String(), "entry.target=web:web_0") {
		t.Errorf("the log says nothing of it: %s", h.log)
	}
	if got := b.get("/readyz"); got.status != http.StatusServiceUnavailable || got.body != "not ready\n" {
		t.Errorf("readyz: %d %q", got.status, got.body)
	}
	mend()
	if err := h.journal.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := h.commands(); len(got) != 1 || got[0].Result != cesi.OK {
		t.Errorf("stored later: %+v", got)
	}
	if got := b.get("/readyz"); got.status != http.StatusOK {
		t.Errorf("readyz after it: %d %q", got.status, got.body)
	}
}
