package e2e

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// ownEntry is an entry of the activity log.
type ownEntry struct {
	ID                                    int64
	User, Action, Target, Result, Message string
}

// entriesOf are the entries of an action, newest first; none until CeSI serves.
func (h *atHome) entriesOf(b *browser, action string) []ownEntry {
	b.t.Helper()
	if status(h.url+"/readyz") != http.StatusOK {
		return nil
	}
	var answer struct{ Logs []ownEntry }
	if code := b.api("GET", "/api/v2/activitylogs?format=json", nil, &answer); code != http.StatusOK {
		b.t.Fatalf("the activity log: status %d", code)
	}
	var list []ownEntry
	for _, e := range answer.Logs {
		if e.Action == action {
			list = append(list, e)
		}
	}
	return list
}

// waitEnd waits until CeSI is back and returns the result of the only such command.
func (h *atHome) waitEnd(b *browser, action string) ownEntry {
	b.t.Helper()
	var entry ownEntry
	waitFor(b.t, "the entry of the "+action+" to be completed", func() bool {
		list := h.entriesOf(b, action)
		if len(list) == 0 {
			return false
		}
		entry = list[0]
		return len(list) == 1 && entry.Result != "pending"
	})
	return entry
}

func TestOwnSupervisord_Reload(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	pid := home.pid(t)
	_, question := b.get("/nodes/home/daemon/confirm?action=reload")
	if text := question.Text(); !strings.Contains(text, "cesi:cesi is this CeSI itself") || !strings.Contains(text, "comes back with it") {
		t.Errorf("the question does not say what becomes of CeSI: %s", text)
	}
	code, farewell := b.press(question, "Reload", nil)
	if code != http.StatusOK || !strings.Contains(farewell.Text(), "CeSI with it") {
		t.Errorf("the answer: status %d, %s", code, farewell.Text())
	}
	waitFor(t, "CeSI to be another process", func() bool {
		now := home.supervisor.ProcessPID("cesi")
		return now != 0 && now != pid
	})
	entry := home.waitEnd(b, "reload")
	if entry.Result != "ok" || entry.User != "admin" || entry.Target != "supervisord" || !strings.Contains(entry.Message, "it is back") {
		t.Errorf("the entry: %+v", entry)
	}
}

func TestOwnSupervisord_UpdateSkipsCeSI(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	pid := home.pid(t)
	conf := home.supervisor.Path("supervisord.conf")
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(string(text), "[program:cesi]\n", "[program:cesi]\nstartretries = 7\n") +
		"[program:fresh]\ncommand = sleep 1000\nstartsecs = 0\n"
	if err := os.WriteFile(conf, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Results []struct{ Process, Result, Message string }
	}
	if code := b.api("POST", "/api/v2/nodes/home/update", nil, &answer); code != http.StatusOK {
		t.Fatalf("status %d: %+v", code, answer)
	}
	results := make(map[string]string)
	for _, r := range answer.Results {
		results[r.Process] = r.Result
	}
	if results["cesi:*"] != "skipped" || results["fresh:*"] != "ok" || len(results) != 2 {
		t.Errorf("results: %+v", answer)
	}
	home.supervisor.WaitState("fresh", "RUNNING")
	if now := home.pid(t); now != pid {
		t.Errorf("CeSI has pid %d, had %d", now, pid)
	}
	named := map[string]any{"groups": []string{"cesi"}}
	if code := b.api("POST", "/api/v2/nodes/home/update", named, nil); code != http.StatusConflict {
		t.Errorf("its own group, named but not confirmed: status %d", code)
	}
}

func TestOwnSupervisord_ShutdownIsLoggedByNextRun(t *testing.T) {
	t.Parallel()
	home := startAtHome(t)
	b := home.login(t)
	home.waitRunning(b)
	_, question := b.get("/nodes/home/daemon/confirm?action=shutdown")
	code, farewell := b.press(question, "Shut down", url.Values{"confirm_node": {"home"}})
	if code != http.StatusOK || !strings.Contains(farewell.Text(), "CeSI with it") {
		t.Fatalf("the answer: status %d, %s", code, farewell.Text())
	}
	waitFor(t, "CeSI to be gone", func() bool { return status(home.url+"/healthz") == 0 })
	home.supervisor.Restart()
	entry := home.waitEnd(b, "shutdown")
	if entry.Result != "ok" || !strings.Contains(entry.Message, "runs again") {
		t.Errorf("the entry: %+v", entry)
	}
}
