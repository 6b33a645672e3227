package server

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

const steadyWeb = "[program:web]\ncommand = tail -f /dev/null\nstartsecs = 0\n"

// startDaemon starts a supervisord that runs web, and a server with it as node n,
// on which an administrator is logged in.
func startDaemon(t *testing.T, change ...func(*setup, *supervisortest.Supervisor)) (*harness, *browser, *supervisortest.Supervisor) {
	t.Helper()
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: steadyWeb})
	s.WaitState("web", "RUNNING")
	h, b := startServerAs(t, cesi.Admin, []cesi.Node{s.Node("n")}, func(set *setup) {
		for _, c := range change {
			c(set, s)
		}
	})
	return h, b, s
}

func (b *browser) followed(path string, values url.Values) string {
	b.h.t.Helper()
	got := b.post(path, values)
	if got.status != http.StatusSeeOther {
		b.h.t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return strings.Join(strings.Fields(b.get(got.location).page(b.h.t).Find(".flash").Text()), " ")
}

func TestSupervisordPage_RereadAndUpdate(t *testing.T) {
	_, b, s := startDaemon(t)
	if text := b.post("/nodes/n/reread", nil).page(t).Find("h1").Text(); text != "Nothing has changed on n" {
		t.Errorf("without a change: %q", text)
	}
	s.WriteConfig(strings.Replace(steadyWeb, "startsecs = 0", "startsecs = 0\nstartretries = 9", 1) + strings.Replace(steadyWeb, "web", "new", 1))
	doc := b.post("/nodes/n/reread", nil).page(t)
	if text := strings.Join(strings.Fields(doc.Find(".changes").Text()), " "); !strings.Contains(text, "web changed 1 process is stopped") || !strings.Contains(text, "new added is added, and starts") {
		t.Errorf("it says %q", text)
	}
	if s.State("new") != "" {
		t.Error("a reread has applied something")
	}
	if got := b.post("/nodes/n/update", nil); got.status != http.StatusBadRequest {
		t.Errorf("an update of nothing: %d", got.status)
	}
	if text := b.followed("/nodes/n/update", url.Values{"group": {"new"}}); !strings.Contains(text, "new:* on n is updated. Added.") {
		t.Errorf("after the first update: %q", text)
	}
	s.WaitState("new", "RUNNING")
	if text := b.followed("/nodes/n/update", url.Values{"group": {"web", "new"}}); !strings.Contains(text, "Update: 1 ok, 1 skipped") {
		t.Errorf("after the second update: %q", text)
	}
	if out := strings.TrimSpace(s.Ctl("update")); out != "" {
		t.Errorf("supervisorctl still finds something: %s", out)
	}
	s.WriteConfig("[program:x]\n")
	got := b.post("/nodes/n/reread", nil)
	if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.page(t).Find("pre").Text(), "program:x does not specify a command") {
		t.Errorf("a broken configuration: %d %s", got.status, got.body)
	}
}

func TestSupervisordPage_Commands(t *testing.T) {
	h, b, s := startDaemon(t)
	for _, action := range []string{"reload", "shutdown", "clear-log", "remove"} {
		form := url.Values{}
		if action == "remove" {
			form.Set("group", "web")
		}
		got := b.post("/nodes/n/"+action, form)
		if got.status != http.StatusOK || got.page(t).Find("form .btn-stop").Length() != 1 {
			t.Errorf("%s is not asked about: %d", action, got.status)
		}
	}
	if len(h.commands()) != 0 {
		t.Fatal("something went out")
	}
	yes := url.Values{"confirmed": {"yes"}}
	if text := b.followed("/nodes/n/clear-log", yes); !strings.Contains(text, "The log of supervisord on n is cleared.") {
		t.Errorf("clear-log: %q", text)
	}
	web := url.Values{"confirmed": {"yes"}, "group": {"web"}}
	if text := b.followed("/nodes/n/remove", web); !strings.Contains(text, "web:* on n was not removed: STILL_RUNNING: web") {
		t.Errorf("remove of what runs: %q", text)
	}
	s.StopProcess("web")
	if text := b.followed("/nodes/n/remove", web); !strings.Contains(text, "web:* on n is removed.") || s.State("web") != "" {
		t.Errorf("remove: %q", text)
	}
	if text := b.followed("/nodes/n/add", url.Values{"group": {"web"}}); !strings.Contains(text, "web:* on n is added.") {
		t.Errorf("add: %q", text)
	}
	s.WaitState("web", "RUNNING")
	pid := s.ProcessPID("web")
	if text := b.followed("/nodes/n/reload", yes); !strings.Contains(text, "supervisord on n is reloaded. It is back") {
		t.Errorf("reload: %q", text)
	}
	s.WaitState("web", "RUNNING")
	if s.ProcessPID("web") == pid {
		t.Error("the reload restarted nothing")
	}
	wrong := b.post("/nodes/n/shutdown", url.Values{"confirmed": {"yes"}, "confirm_node": {"N"}})
	if wrong.status != http.StatusConflict || wrong.page(t).Find(".problem").Length() != 1 {
		t.Errorf("a shutdown with another name typed: %d", wrong.status)
	}
	if text := b.followed("/nodes/n/shutdown", url.Values{"confirmed": {"yes"}, "confirm_node": {"n"}}); !strings.Contains(text, "supervisord on n is shut down. It has ended.") {
		t.Errorf("shutdown: %q", text)
	}
	if out := s.Ctl("status"); !strings.Contains(out, "refused") {
		t.Errorf("supervisorctl says %s", out)
	}
}

func TestClearLogs_NeedsConfirmation(t *testing.T) {
	h, b, s := startDaemon(t)
	p, _ := mustNode(h).Process(cesi.ProcessID{Group: "web", Name: "web"})
	if err := os.WriteFile(p.StdoutLogfile, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := b.post("/nodes/n/processes/web/clear-logs", nil); got.status != http.StatusOK || !strings.Contains(got.body, "Clear the logs of web:web on n?") {
		t.Errorf("it is not asked about: %d %s", got.status, got.body)
	}
	form := url.Values{"confirmed": {"yes"}, "process": {"web:web"}, "back": {"/nodes/n"}}
	if text := b.followed("/nodes/n/clear-logs", form); !strings.Contains(text, "The logs of web:web on n are cleared.") {
		t.Errorf("%q", text)
	}
	if text, err := os.ReadFile(p.StdoutLogfile); err != nil || len(text) > 0 {
		t.Errorf("the log says %q, %v", text, err)
	}
	if out := s.Ctl("tail", "web"); strings.Contains(out, "old") {
		t.Errorf("supervisorctl tail says %s", out)
	}
}

func mustNode(h *harness) *fleet.Node {
	h.t.Helper()
	n, found := h.fleet.Snapshot().Node("n")
	if !found {
		h.t.Fatal("there is no node n")
	}
	return n
}

// TestShutdownPage_IsSentBeforeCeSIEnds treats the program web as this CeSI.
func TestShutdownPage_IsSentBeforeCeSIEnds(t *testing.T) {
	_, b, s := startDaemon(t, func(set *setup, s *supervisortest.Supervisor) {
		set.self = fleet.Self{Process: cesi.ProcessID{Group: "web", Name: "web"}, PID: s.ProcessPID("web"), Parent: s.PID(), Proof: proven{}}
	})
	if text := b.get("/nodes/n/daemon").page(t).Find(".remark").Text(); !strings.Contains(text, "web:web is this CeSI itself") {
		t.Errorf("the page says %q", text)
	}
	got := b.post("/nodes/n/reload", url.Values{"confirmed": {"yes"}})
	refresh := got.header.Get("Refresh")
	if got.status != http.StatusOK || !strings.Contains(got.body, "CeSI with it") || !strings.Contains(refresh, "; url=/activity/") {
		t.Errorf("%d, Refresh %q, %s", got.status, refresh, got.body)
	}
	s.WaitState("web", "RUNNING")
}

func TestReload_BrokenConfigurationAsksAgain(t *testing.T) {
	_, b, s := startDaemon(t)
	s.WriteConfig("[program:x]\n")
	got := b.post("/nodes/n/reload", url.Values{"confirmed": {"yes"}})
	doc := got.page(t)
	if problem := doc.Find(".problem").Text(); got.status != http.StatusConflict || !strings.Contains(problem, "It was not reloaded") || doc.Find("form .btn-stop").Length() != 1 {
		t.Errorf("%d, the problem is %q", got.status, problem)
	}
}

// TestFleetCommand_NotForSupervisord sends commands to a supervisord where only
// commands to processes belong: the page of a supervisord says what they need.
func TestFleetCommand_NotForSupervisord(t *testing.T) {
	h, b, s := startDaemon(t)
	s.WriteConfig(steadyWeb + strings.Replace(steadyWeb, "web", "new", 1))
	for _, action := range []string{"update", "add", "remove", "reload", "shutdown", "clear-log"} {
		for _, target := range []string{"n/*", "n/new:*"} {
			form := url.Values{"action": {action}, "target": {target}, "confirmed": {"yes"}, "confirm_node": {"n"}}
			if got := b.post("/command", form); got.status != http.StatusBadRequest {
				t.Errorf("%s of %s: %d", action, target, got.status)
			}
			if got := b.get("/command?" + form.Encode()); got.status != http.StatusBadRequest {
				t.Errorf("the confirmation of %s of %s: %d", action, target, got.status)
			}
		}
	}
	if got := h.commands(); len(got) != 0 {
		t.Errorf("it sent %v", got)
	}
}

// TestConfirmCommand_RefusesRoleFirst asks for confirmations that are invalid too.
func TestConfirmCommand_RefusesRoleFirst(t *testing.T) {
	h, _, _ := startDaemon(t)
	h.addUser("other", cesi.Operator)
	operator := h.as("other")
	for _, query := range []string{"update&group=web", "add&group=web", "remove", "reload&group=web", "shutdown&group=web", "clear-logs&process=none:none"} {
		if got := operator.get("/nodes/n/confirm?action=" + query); got.status != http.StatusForbidden {
			t.Errorf("%s: %d", query, got.status)
		}
	}
}

func TestRedirectToConfirm_KeepsSignal(t *testing.T) {
	_, b, _ := startDaemon(t)
	form := url.Values{"action": {"signal"}, "signal": {"USR2"}, "target": {"n/web:web"}}
	got := b.post("/command", form, with{"HX-Request", "true"})
	confirmation, err := url.Parse(got.header.Get("HX-Redirect"))
	if err != nil || got.status != http.StatusNoContent {
		t.Fatalf("%d, %v", got.status, err)
	}
	query := confirmation.Query()
	if query.Get("signal") != "USR2" || len(query["action"]) != 1 {
		t.Errorf("the confirmation is at %s", confirmation)
	}
	if chosen := b.get(confirmation.String()).page(t).Find("option[selected]").AttrOr("value", ""); chosen != "USR2" {
		t.Errorf("it offers %q", chosen)
	}
}
