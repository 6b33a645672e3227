package server

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/api"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// object is any JSON object.
type object = map[string]any

// read gets an answer of the API's, which has to be a good one.
func (b *browser) read(path string) object {
	b.h.t.Helper()
	got := b.get("/api/v2/" + path)
	var answer object
	got.json(b.h.t, &answer)
	if got.status != http.StatusOK || answer["status"] != "success" || got.header.Get("Content-Type") != "application/json" {
		b.h.t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return answer
}

func keys(o any) []string { return slices.Sorted(maps.Keys(o.(object))) }

func TestProcessAPI_SameFormAsPythonCeSI(t *testing.T) {
	began := fleettest.Now.Unix()
	process := cesi.Process{
		ProcessID: cesi.ProcessID{Group: "web", Name: "worker_00"}, State: cesi.Running, PID: 4711,
		Start: began, Stop: began - 10, Now: began + 90061, Description: "pid 4711, uptime 1 day, 1:01:01",
		Logfile: "/l/out", StdoutLogfile: "/l/out", StderrLogfile: "/l/err",
	}
	node := supervisortest.StartFleet(t).Add("n", process, fakeProcess("z", "工人", cesi.Fatal)).Node()
	node.Environments = []string{"prod", "eu"}
	_, b := startServerAs(t, cesi.Viewer, []cesi.Node{node})
	clock := func(unix int64) string { return time.Unix(unix, 0).Format("15:04:05") }
	want := object{
		"name": "worker_00", "group": "web", "start": float64(process.Start), "stop": float64(process.Stop), "now": float64(process.Now),
		"state": 20.0, "statename": "RUNNING", "spawnerr": "", "exitstatus": 0.0, "logfile": "/l/out", "stdout_logfile": "/l/out",
		"stderr_logfile": "/l/err", "pid": 4711.0, "description": "pid 4711, uptime 1 day, 1:01:01", "uptime": "25:01:01",
		"start_hr": clock(process.Start), "stop_hr": clock(process.Stop), "now_hr": clock(process.Now),
		"node": "n", "environment": "prod", "wanted": false, "not_started": "",
	}
	one := b.read("nodes/n/processes/web:worker_00")
	if diff := cmp.Diff(object{"status": "success", "process": want}, one); diff != "" {
		t.Errorf("a process: - want, + got:\n%s", diff)
	}
	list := b.read("nodes/n/processes")["processes"].([]any)
	if diff := cmp.Diff(want, list[0]); diff != "" || len(list) != 2 {
		t.Errorf("%d processes: - want, + got:\n%s", len(list), diff)
	}
	if got := list[1].(object); got["name"] != "工人" || got["uptime"] != "0:00:00" {
		t.Errorf("the second is %v", got)
	}
	if got := b.read("nodes/n/processes/z:%E5%B7%A5%E4%BA%BA")["process"].(object)["statename"]; got != "FATAL" {
		t.Errorf("it is %v", got)
	}
}

func TestNodeAPI_SameFormAsPythonCeSI(t *testing.T) {
	node := supervisortest.StartFleet(t).Add("n", fakeProcess("g", "p", cesi.Running)).Node()
	node.Environments = []string{"prod", "eu"}
	node.Username, node.Password = "maria", "geheim"
	gone := cesi.Node{Name: "gone", URL: "http://127.0.0.1:1", Username: "maria", Password: "geheim", Timeout: time.Second}
	_, b := startServerAs(t, cesi.Admin, []cesi.Node{node, gone})
	all := b.read("nodes")["nodes"].([]any)
	for i, name := range []string{"n", "gone"} {
		single := b.read("nodes/" + name)["node"].(object)
		general := single["general"].(object)
		if diff := cmp.Diff(keys(all[i].(object)["general"]), keys(general)); diff != "" {
			t.Errorf("alone it is another than among all: %s", diff)
		}
		delete(general, "last_contact")
		delete(general, "latency_ms")
		single["general"] = general
		want := map[string]object{
			"n": {"name": "n", "environment": "prod", "environments": []any{"prod", "eu"}, "connected": true, "followed": false,
				"supervisor_version": "4.2.5", "identification": "supervisor"},
			"gone": {"name": "gone", "environment": "", "environments": []any{}, "connected": false, "followed": false,
				"cause": "connection refused", "message": general["message"], "supervisor_version": "", "identification": ""},
		}[name]
		if diff := cmp.Diff(want, general); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", name, diff)
		}
		if got := len(single["processes"].([]any)); got != map[string]int{"n": 1, "gone": 0}[name] {
			t.Errorf("%s has %d processes", name, got)
		}
	}
	if text := fmt.Sprint(all); strings.Contains(text, "geheim") || strings.Contains(text, "maria") {
		t.Errorf("how to log in to a node is shown: %s", text)
	}
}

func TestAPI_NotFoundNamesTheThing(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Admin, nodes)
	for path, want := range map[string]string{
		"/api/v2/nodes/nope":                        `404 there is no node "nope"`,
		"/api/v2/nodes/nope/processes":              `404 there is no node "nope"`,
		"/api/v2/nodes/n/processes/g:nope":          `404 there is no process "g:nope" on node "n"`,
		"/api/v2/nodes/n/processes/nope":            `404 there is no process "nope:nope" on node "n"`,
		"/api/v2/nodes/n/processes/g:nope/log":      `404 there is no process "g:nope" on node "n"`,
		"/api/v2/nodes/n/processes/g:":              `400 "g:" is not a process: want group:name`,
		"/api/v2/nodes/%3Cscript%3E":                `404 there is no node "<script>"`,
		"/api/v2/nodes/a%2Fb":                       `404 there is no node "a/b"`,
		"/api/v2/nodes/a%252Fb":                     `404 there is no node "a%2Fb"`,
		"/api/v2":                                   "404 There is nothing at this address.",
		"/api/v2/nodes/n/processes/g:p/nope":        "404 There is nothing at this address.",
		"/api/":                                     "404 There is nothing at this address.",
		"/api/v2/activitylogs/x":                    "404 There is nothing at this address.",
		"/api/v2/activitylogs/0":                    "400 the limit is a number from 1 to 10000",
		"/api/v2/activitylogs/10001":                "400 the limit is a number from 1 to 10000",
		"/api/v2/activitylogs/99999999999999999999": "400 the limit is a number from 1 to 10000",
	} {
		t.Run(path, func(t *testing.T) {
			got := b.get(path)
			var failure api.ErrorJSON
			got.json(t, &failure)
			if said := fmt.Sprint(got.status, " ", failure.Message); said != want || failure.Status != "error" {
				t.Errorf("%s: %s", path, said)
			}
		})
	}
}

func TestAPI_TrailingSlashIsOptional(t *testing.T) {
	_, nodes := fakeNode(t)
	_, b := startServerAs(t, cesi.Admin, nodes)
	for _, path := range []string{"nodes/", "nodes/n/", "nodes/n/processes/", "nodes/n/processes/g:p/", "profile/", "activitylogs/", "activitylogs/5/"} {
		b.read(path)
	}
	if got := b.get("/api/version/"); got.status != http.StatusOK {
		t.Errorf("the version: %d", got.status)
	}
}

func TestAPI_ProfileAndVersion(t *testing.T) {
	h := startServer(t, nil)
	h.addUsers()
	for _, role := range cesi.Roles() {
		want := object{"status": "success", "user": object{
			"name": role.String(), "type": float64(role), "role": role.String(), "must_change_password": false}}
		if diff := cmp.Diff(want, h.as(role.String()).read("profile")); diff != "" {
			t.Errorf("- want, + got:\n%s", diff)
		}
	}
	if got := h.anybody().get("/api/version"); got.body != `{"status":"success","version":"1.2.3"}`+"\n" {
		t.Errorf("the version: %s", got.body)
	}
}

func TestLogAPI_EndOfBothLogs(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:noisy]
command = sh -c "printf 'one\r\n\n\344\270\255<b>\nlast'; printf 'oh\n' >&2; exec sleep 3600"
startsecs = 0
[program:binary]
command = sh -c "printf 'a\377b\n'; exec sleep 3600"
startsecs = 0
[program:joined]
command = sh -c "printf 'out\n'; printf 'err\n' >&2; exec sleep 3600"
redirect_stderr = true
startsecs = 0
[program:quiet]
command = sleep 3600
startsecs = 0
`})
	_, b := startServerAs(t, cesi.LogReader, []cesi.Node{s.Node("n")})
	logs := func(process string) string {
		got := b.get("/api/v2/nodes/n/processes/" + process + "/log")
		var answer struct{ Logs json.RawMessage }
		got.json(t, &answer)
		return fmt.Sprint(got.status, " ", string(answer.Logs))
	}
	for process, want := range map[string]string{
		"noisy":  `200 {"stdout":["one","","中\u003cb\u003e","last"],"stderr":["oh"]}`,
		"binary": `200 {"stdout":["[4 bytes that are not UTF-8]"],"stderr":[]}`,
		"joined": `200 {"stdout":["out","err"],"stderr":[]}`,
		"quiet":  `200 {"stdout":[],"stderr":[]}`,
	} {
		t.Run(process, func(t *testing.T) {
			for deadline := time.Now().Add(20 * time.Second); logs(process) != want; time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("the logs of %s are %s, want %s", process, logs(process), want)
				}
			}
		})
	}
}

func TestActivityAPI_Entries(t *testing.T) {
	_, nodes := fakeNode(t)
	h := startServer(t, nodes)
	h.addUsers()
	h.anybody().post("/login", loginForm("hunter2", "wrong"))
	admin, viewer := h.as("admin"), h.as("viewer")
	admin.do(http.MethodPost, "/api/v2/nodes/n/processes/g:p/restart", "")

	lines := func(b *browser, path string) []string {
		var list []string
		for _, line := range b.read(path)["logs"].([]any) {
			list = append(list, line.(string))
		}
		return list
	}
	all := lines(admin, "activitylogs")
	if len(all) != len(h.entries()) || !strings.Contains(all[0], "restart") || !strings.Contains(all[0], "n node's g:p process") {
		t.Errorf("the newest of %d is %q", len(all), all[0])
	}
	if got := lines(admin, "activitylogs/2"); !slices.Equal(got, all[:2]) {
		t.Errorf("the newest two are %q", got)
	}
	if !strings.Contains(strings.Join(all, "\n"), "hunter2") || strings.Contains(strings.Join(lines(viewer, "activitylogs"), "\n"), "hunter2") {
		t.Error("what was tried as a name is for administrators")
	}

	entry := admin.read("activitylogs/1?format=json")["logs"].([]any)[0].(object)
	newest := h.entries()[0]
	want := object{
		"id": float64(newest.ID), "time": newest.Time.Format(time.RFC3339Nano), "user": "admin", "address": "127.0.0.1", "action": "restart",
		"node": "n", "target": "g:p", "result": "failed", "duration_ms": float64(newest.Duration.Milliseconds()), "message": newest.Message.String(), "count": 1.0,
	}
	if diff := cmp.Diff(want, entry); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if text := fmt.Sprint(viewer.read("activitylogs?format=json")); strings.Contains(text, "hunter2") {
		t.Error("what was tried as a name is for administrators")
	}
}

func TestPurge_KeepsItsOwnEntry(t *testing.T) {
	h, b := startServerAs(t, cesi.Admin, nil)
	before := len(h.entries())
	got := b.do(http.MethodDelete, "/api/v2/activitylogs/", "")
	var answer struct{ Message string }
	got.json(t, &answer)
	if want := fmt.Sprintf("%d entries removed", before); got.status != http.StatusOK || answer.Message != want {
		t.Errorf("%d %+v, want %q", got.status, answer, want)
	}
	left := h.entries()
	if len(left) != 1 || left[0].Action != cesi.ActionActivityPurged || left[0].User != "admin" || left[0].Address != "127.0.0.1" {
		t.Errorf("what is left: %+v", left)
	}
}
