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
[program:silent]
command = tail -f /dev/null
startsecs = 0
stdout_logfile = NONE
stderr_logfile = NONE
[program:system]
command = tail -f /dev/null
startsecs = 0
stdout_logfile = syslog
redirect_stderr = true
[program:half]
command = tail -f /dev/null
startsecs = 0
stderr_logfile = NONE
[program:device]
command = tail -f /dev/null
startsecs = 0
stdout_logfile = /proc/self/fd/1
stdout_logfile_maxbytes = 0
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

// TestControl_SuccessNeedsEffect covers commands to which supervisord answers True
// without effect, or with a fault that does not name the reason.
func TestControl_SuccessNeedsEffect(t *testing.T) {
	t.Parallel()
	h, _ := start(t, effects)
	h.waitState("runs", cesi.Running)
	for _, name := range []string{"deaf", "silent", "system", "half", "device"} {
		h.waitState(name, cesi.Running)
	}
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
		{cesi.ActionClearLogs, "half", cesi.OK, ""},
		{cesi.ActionClearLogs, "silent", cesi.Failed, "it has no log in a file to clear"},
		{cesi.ActionClearLogs, "system", cesi.Failed, "it has no log in a file to clear"},
		{cesi.ActionClearLogs, "device", cesi.Failed, "its stdout goes to /proc/self/fd/1"},
		{cesi.ActionStdin, "stopped", cesi.Failed, "it does not run (STOPPED)"},
		{cesi.ActionStdin, "deaf", cesi.Failed, "its standard input is closed"},
		{cesi.ActionSignal, "stopped", cesi.Failed, "it does not run (STOPPED)"},
		{cesi.ActionStart, "done", cesi.OK, "it has ended already, with an expected exit status"},
		{cesi.ActionStart, "broken", cesi.Failed, "Bad exit code 3"},
	} {
		t.Run(test.process, func(t *testing.T) {
			c := h.command(test.action, test.process)
			switch test.action {
			case cesi.ActionSignal:
				c.Signal = "HUP"
			case cesi.ActionStdin:
				c.Text = "hello\n"
			}
			r := h.send(admin, c)
			for range 10 { // a node under load may be too slow to notice the end
				if test.action != cesi.ActionStart || strings.Contains(r.Message.String(), test.says) {
					break
				}
				h.waitState(test.process, cesi.Exited)
				r = h.send(admin, c)
			}
			if r.Result != test.want || !strings.Contains(r.Message.String(), test.says) {
				t.Errorf("%s %s: %s %q, want %s %q", test.action, test.process, r.Result, r.Message, test.want, test.says)
			}
			entries := h.journal.all()
			if last := entries[len(entries)-1]; last.Result != r.Result || last.Message.String() != r.Message.String() {
				t.Errorf("the activity log says %s: %s", last.Result, last.Message)
			}
		})
	}
	h.waitState("done", cesi.Exited)
	h.waitState("broken", cesi.Exited)
	all := map[string]cesi.Result{
		"runs:runs": cesi.OK, "deaf:deaf": cesi.OK, "stopped:stopped": cesi.Skipped, "done:done": cesi.Skipped, "broken:broken": cesi.Skipped,
		"half:half": cesi.OK, "silent:silent": cesi.Skipped, "system:system": cesi.Skipped, "device:device": cesi.Skipped,
	}
	if diff := cmp.Diff(all, results(h.send(admin, h.command(cesi.ActionClearLogs)))); diff != "" {
		t.Errorf("the logs of all: %s", diff)
	}
}
