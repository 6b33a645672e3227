package server

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

// startSignalReader starts a supervisord with a program that writes down the signals and
// lines it gets, and a server with it as node n.
func startSignalReader(t *testing.T, role cesi.Role) (h *harness, b *browser, heard func() string) {
	t.Helper()
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:ear]
command = sh -c "trap 'echo HUP >> %(here)s/heard' HUP; touch %(here)s/ready; while :; do read line && echo $line >> %(here)s/heard; done"
startsecs = 0
stopsignal = KILL
[program:calm]
command = sh -c "trap : HUP; while :; do read line; done"
startsecs = 0
stopsignal = KILL
`})
	s.WaitState("ear", "RUNNING")
	s.WaitState("calm", "RUNNING")
	h, b = startServerAs(t, role, []cesi.Node{s.Node("n")})
	h.wait("it to listen", func() bool { _, err := os.Stat(s.Path("ready")); return err == nil })
	return h, b, func() string {
		text, _ := os.ReadFile(s.Path("heard")) // not there before the first line
		return string(text)
	}
}

func TestCommandAPI_SignalAndStdin(t *testing.T) {
	h, b, heard := startSignalReader(t, cesi.Operator)
	for _, step := range []struct {
		path, body string
		status     int
		heard      string
	}{
		{"n/processes/ear/signal", `{"signal": "SIGHUP"}`, 200, "HUP\n"},
		{"n/processes/ear/signal", `{"signal": 1}`, 200, "HUP\nHUP\n"},
		{"n/processes/ear/signal", `{}`, 400, "HUP\nHUP\n"},
		{"n/processes/ear/signal", `{"signal": "FOO"}`, 400, "HUP\nHUP\n"},
		{"n/processes/ear/stdin", `{"text": "你好\n"}`, 200, "HUP\nHUP\n你好\n"},
		{"n/processes/ear/stdin", `{}`, 400, "HUP\nHUP\n你好\n"},
		{"n/all-processes/signal", `{"signal": "hup"}`, 200, "HUP\nHUP\n你好\nHUP\n"},
		{"n/processes/ear/clear-logs", ``, 403, "HUP\nHUP\n你好\nHUP\n"},
		{"n/clear-logs", ``, 403, "HUP\nHUP\n你好\nHUP\n"},
	} {
		status, answer := b.sent(step.path, step.body)
		if status != step.status {
			t.Errorf("%s %s: %d %+v", step.path, step.body, status, answer)
		}
		h.wait(step.path+" to be heard", func() bool { return heard() == step.heard })
	}
}

// TestStdin_OnlyAdminsReadTheText checks every form of the activity log.
func TestStdin_OnlyAdminsReadTheText(t *testing.T) {
	h, b, heard := startSignalReader(t, cesi.Operator)
	got := b.post("/nodes/n/processes/ear:ear/stdin", map[string][]string{"text": {"hunter2\r\nline"}, "newline": {"yes"}, "back": {"/nodes/n"}})
	if got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	h.wait("both lines to be heard", func() bool { return heard() == "hunter2\nline\n" })
	h.addUser("boss", cesi.Admin)
	boss := h.as("boss")
	for _, path := range []string{"/activity", "/", "/api/v2/activitylogs", "/api/v2/activitylogs?format=json"} {
		if strings.Contains(b.get(path).body, "hunter2") {
			t.Errorf("%s tells an operator", path)
		}
	}
	for _, path := range []string{"/activity", "/api/v2/activitylogs?format=json"} {
		if !strings.Contains(boss.get(path).body, "hunter2") {
			t.Errorf("%s does not tell the administrator", path)
		}
	}
	if strings.Contains(h.log.String(), "hunter2") {
		t.Error("it is in the server's log")
	}
}

func TestSignal_ChosenInConfirmation(t *testing.T) {
	h, b, heard := startSignalReader(t, cesi.Operator)
	doc := b.get("/nodes/n/confirm?action=signal").page(t)
	if got := strings.TrimSpace(doc.Find("h1").Text()); got != "Signal 2 processes on n?" || doc.Find(`select[name="signal"] option`).Length() < 10 {
		t.Errorf("the question: %q", got)
	}
	got := b.post("/nodes/n/signal", map[string][]string{"confirmed": {"yes"}, "signal": {"HUP"}, "back": {"/nodes/n"}})
	if got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}
	h.wait("it to be heard", func() bool { return heard() == "HUP\n" })
	if text := b.get(got.location).page(t).Find(".flash").Text(); !strings.Contains(text, "Signal: 2 ok") {
		t.Errorf("the page then says %q", text)
	}
	if got := b.get("/nodes/n/confirm?action=clear-logs"); got.status != http.StatusForbidden {
		t.Errorf("an operator is asked about clearing logs: %d", got.status)
	}
}
