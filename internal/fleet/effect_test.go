package fleet_test

import (
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

const effects = `
[program:runs]
command = tail -f /dev/null
startsecs = 0
[program:stopped]
command = tail -f /dev/null
autostart = false
startsecs = 0
[program:deaf]
command = sh -c "exec tail -f /dev/null 0<&-"
startsecs = 0
[program:done]
command = true
autostart = false
autorestart = false
startsecs = 0
[program:broken]
command = sh -c "exit 3"
autostart = false
autorestart = false
startsecs = 0
`

// TestControl_SuccessIsTheEffect holds what supervisord answers True to, or with a
// fault that does not tell the reason.
func TestControl_SuccessIsTheEffect(t *testing.T) {
	t.Parallel()
	h, _ := start(t, effects)
	h.waitState("runs", cesi.Running)
	h.waitState("deaf", cesi.Running)
	admin := operator
	admin.Role = cesi.Admin
	for _, test := range []struct {
		action  cesi.Action
		process string
		want    cesi.Result
		says    string
	}{
		{cesi.ActionClearLogs, "stopped", cesi.Failed, "it does not run (STOPPED)"},
		{cesi.ActionClearLogs, "runs", cesi.OK, ""},
		{cesi.ActionStdin, "stopped", cesi.Failed, "it does not run (STOPPED)"},
		{cesi.ActionStdin, "deaf", cesi.Failed, "its standard input is closed"},
		{cesi.ActionSignal, "stopped", cesi.Failed, "it does not run (STOPPED)"},
		{cesi.ActionStart, "done", cesi.OK, "it has ended already, with an expected exit status"},
		{cesi.ActionStart, "broken", cesi.Failed, "Bad exit code 3"},
	} {
		c := h.command(test.action, test.process)
		switch test.action {
		case cesi.ActionSignal:
			c.Signal = "HUP"
		case cesi.ActionStdin:
			c.Text = "hello\n"
		}
		r := h.send(admin, c)
		if r.Result != test.want || !strings.Contains(r.Message, test.says) {
			t.Errorf("%s %s: %s %q, want %s %q", test.action, test.process, r.Result, r.Message, test.want, test.says)
		}
		entries := h.journal.all()
		if last := entries[len(entries)-1]; last.Result != r.Result || last.Message != r.Message {
			t.Errorf("the activity log says %s: %s", last.Result, last.Message)
		}
	}
	all := map[string]cesi.Result{
		"runs:runs": cesi.OK, "deaf:deaf": cesi.OK, "stopped:stopped": cesi.Skipped, "done:done": cesi.Skipped, "broken:broken": cesi.Skipped,
	}
	if diff := cmp.Diff(all, results(h.send(admin, h.command(cesi.ActionClearLogs)))); diff != "" {
		t.Errorf("the logs of all: %s", diff)
	}
}
