package supervisor_test

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

func TestSupervisordMethods_OnRealOne(t *testing.T) {
	t.Parallel()
	const a, b = "[program:a]\ncommand = tail -f /dev/null\nstartsecs = 0\n", "[program:工人]\ncommand = tail -f /dev/null\nstartsecs = 0\n"
	s := supervisortest.Start(t, supervisortest.Options{Programs: a})
	s.WaitState("a", "RUNNING")
	c, ctx := dial(t, s.Node("n")), within(t, 30*time.Second)
	s.WriteConfig(b)
	changes, err := c.Reread(ctx)
	want := cesi.Changes{Added: []string{"工人"}, Removed: []string{"a"}}
	if diff := cmp.Diff(want, changes); diff != "" || err != nil {
		t.Error(err, diff)
	}
	stop := func() error {
		s.StopProcess("a")
		return nil
	}
	for _, step := range []struct {
		name  string
		err   error
		fault cesi.FaultCode
	}{
		{"add", c.AddGroup(ctx, "工人"), 0},
		{"add again", c.AddGroup(ctx, "工人"), cesi.FaultAlreadyAdded},
		{"remove what runs", c.RemoveGroup(ctx, "a"), cesi.FaultStillRunning},
		{"stop", stop(), 0},
		{"remove", c.RemoveGroup(ctx, "a"), 0},
		{"clear the main log", c.ClearMainLog(ctx), 0},
		{"clear logs", c.ClearLogs(ctx, id(t, "工人")), 0},
		{"a signal", c.Signal(ctx, id(t, "工人"), "CONT"), 0},
		{"no signal", c.Signal(ctx, id(t, "工人"), "HUPPY"), cesi.FaultBadSignal},
		{"a signal to nothing", c.Signal(ctx, id(t, "x:y"), "HUP"), cesi.FaultBadName},
		{"stdin", c.SendStdin(ctx, id(t, "工人"), "你好\n"), 0},
		{"stdin of nothing", c.SendStdin(ctx, id(t, "x:y"), "x"), cesi.FaultBadName},
	} {
		if cesi.FaultOf(step.err) != step.fault || (step.err == nil) != (step.fault == 0) {
			t.Errorf("%s: %v, want fault %d", step.name, step.err, step.fault)
		}
	}
	if out := s.Ctl("status"); strings.Contains(out, "a ") || !strings.Contains(out, "工人") {
		t.Errorf("supervisorctl says %s", out)
	}
	if err := c.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if err := c.Restart(ctx); cesi.KindOf(err) != cesi.Unreachable {
		t.Errorf("a restart while it shuts down: %v", err)
	}
}
