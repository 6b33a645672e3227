package fleet_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

var admin = cesi.Actor{User: "ann", Role: cesi.Admin}

// program writes the section of a steady program.
func program(name string, lines ...string) string {
	return "[program:" + name + "]\ncommand = tail -f /dev/null\nstartsecs = 0\n" + strings.Join(append(lines, ""), "\n")
}

// daemon is a command to the supervisord of node n, on some of its groups.
func daemon(action cesi.Action, groups ...string) fleet.Command {
	c := fleet.Command{Action: action}
	for _, group := range groups {
		c.Targets = append(c.Targets, fleet.Target{Node: "n", Group: group})
	}
	if len(groups) == 0 {
		c.Targets = []fleet.Target{{Node: "n"}}
	}
	return c
}

// startChanging starts a supervisord whose configuration then loses gone, changes
// changed and gains fresh.
func startChanging(t *testing.T) (*harness, *supervisortest.Supervisor) {
	t.Helper()
	h, s := start(t, program("same")+program("changed")+program("gone"))
	for _, name := range []string{"same", "changed", "gone"} {
		h.waitState(name, cesi.Running)
	}
	s.WriteConfig(program("same") + program("changed", "startretries = 7") + program("fresh"))
	return h, s
}

func TestReread_AppliesNothing(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	for range 2 {
		got, err := h.Reread(t.Context(), "n")
		want := cesi.Changes{Added: []string{"fresh"}, Changed: []string{"changed"}, Removed: []string{"gone"}}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	if diff := cmp.Diff([]string{"changed RUNNING", "gone RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
}

func TestUpdate_AppliesOnlyChanges(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	same, _ := h.node("n").Process(id(t, "same"))
	r := h.send(admin, daemon(cesi.ActionUpdate))
	want := map[string]cesi.Result{"gone:*": cesi.OK, "changed:*": cesi.OK, "fresh:*": cesi.OK}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Error(diff, r)
	}
	if order := []string{r.Outcomes[0].Group, r.Outcomes[1].Group, r.Outcomes[2].Group}; !slices.Equal(order, []string{"gone", "changed", "fresh"}) {
		t.Errorf("the order is not supervisorctl's: %v", order)
	}
	s.WaitState("fresh", "RUNNING")
	s.WaitState("changed", "RUNNING")
	if diff := cmp.Diff([]string{"changed RUNNING", "fresh RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
	if out := s.Ctl("update"); strings.TrimSpace(out) != "" {
		t.Errorf("supervisorctl still finds something to update: %s", out)
	}
	if after, _ := h.node("n").Process(id(t, "same")); after.PID != same.PID {
		t.Error("what had not changed was restarted")
	}
	entries := h.journal.all()
	if len(entries) != 4 || entries[0].Target != "supervisord" || entries[1].Target != "gone:*" || entries[1].Parent != entries[0].ID {
		t.Errorf("want an entry with one for each of three groups: %+v", entries)
	}
	for _, e := range entries {
		if e.Result != cesi.OK || e.User != "ann" || e.Node != "n" {
			t.Errorf("entry: %+v", e)
		}
	}
	if r := h.send(admin, daemon(cesi.ActionUpdate)); r.Result != cesi.OK || r.Message.String() != "there was nothing to do" {
		t.Errorf("a second update: %+v", r)
	}
}

func TestUpdate_ChosenGroups(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	r := h.send(admin, daemon(cesi.ActionUpdate, "fresh", "same"))
	want := map[string]cesi.Result{"fresh:*": cesi.OK, "same:*": cesi.Skipped}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Error(diff)
	}
	s.WaitState("fresh", "RUNNING")
	if diff := cmp.Diff([]string{"changed RUNNING", "fresh RUNNING", "gone RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
}

func TestUpdate_RefusesBrokenConfiguration(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	s.WriteConfig("[program:broken]\n")
	for _, action := range []cesi.Action{cesi.ActionUpdate, cesi.ActionReload} {
		_, err := h.Control(t.Context(), admin, daemon(action))
		if err == nil || cesi.FaultOf(err) == 0 && cesi.KindOf(err) != cesi.Conflict || !strings.Contains(cesi.TextOf(err).String(), "program:broken does not specify a command") {
			t.Errorf("%s: %v", action, err)
		}
	}
	if _, err := h.Reread(t.Context(), "n"); cesi.FaultOf(err) != cesi.FaultCantReread {
		t.Errorf("reread: %v", err)
	}
	if diff := cmp.Diff([]string{"changed RUNNING", "gone RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
}

func TestGroups_AddAndRemove(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	if _, err := h.Reread(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		action cesi.Action
		group  string
		want   cesi.FaultCode
	}{
		{cesi.ActionAddGroup, "fresh", 0},
		{cesi.ActionAddGroup, "fresh", cesi.FaultAlreadyAdded},
		{cesi.ActionAddGroup, "nope", cesi.FaultBadName},
		{cesi.ActionRemoveGroup, "gone", cesi.FaultStillRunning},
		{cesi.ActionRemoveGroup, "nope", cesi.FaultBadName},
	} {
		r := h.send(admin, daemon(step.action, step.group))
		if got := cesi.FaultOf(r.Outcomes[0].Err); got != step.want || (r.Result == cesi.OK) != (step.want == 0) {
			t.Errorf("%s %s: %+v", step.action, step.group, r)
		}
	}
	h.do(cesi.ActionStop, "gone")
	if r := h.send(admin, daemon(cesi.ActionRemoveGroup, "gone")); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
	s.WaitState("fresh", "RUNNING")
	if diff := cmp.Diff([]string{"changed RUNNING", "fresh RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
	if _, found := h.node("n").Process(id(t, "gone")); found {
		t.Error("the snapshot after it still has the group")
	}
}

func TestReload_EndsWhenNodeIsBack(t *testing.T) {
	t.Parallel()
	h, s := startChanging(t)
	before, _ := h.node("n").Process(id(t, "same"))
	r := h.send(admin, daemon(cesi.ActionReload))
	if r.Result != cesi.OK || !strings.Contains(r.Message.String(), "it is back") {
		t.Fatalf("%+v", r)
	}
	if h.node("n").Status != fleet.Up {
		t.Error("the node is not up")
	}
	h.waitState("same", cesi.Running)
	after, _ := h.node("n").Process(id(t, "same"))
	if before.PID == after.PID {
		t.Error("the programs were not restarted")
	}
	s.WaitState("fresh", "RUNNING")
	if diff := cmp.Diff([]string{"changed RUNNING", "fresh RUNNING", "same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
	entries := h.journal.all()
	if len(entries) != 1 || entries[0].Target != "supervisord" || entries[0].Result != cesi.OK {
		t.Errorf("%+v", entries)
	}
}

func TestShutdown_NeedsNodeName(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	c := daemon(cesi.ActionShutdown)
	for _, typed := range []string{"", "N", "n "} {
		c.ConfirmNode = typed
		if _, err := h.Control(t.Context(), admin, c); cesi.KindOf(err) != cesi.Conflict {
			t.Fatalf("typed %q: %v", typed, err)
		}
	}
	c.ConfirmNode = "n"
	if r := h.send(admin, c); r.Result != cesi.OK || r.Message.String() != "it has ended" {
		t.Fatalf("%+v", r)
	}
	if out := s.Ctl("status"); !strings.Contains(out, "refused") {
		t.Errorf("supervisorctl says %s", out)
	}
	if _, err := h.Control(t.Context(), admin, c); cesi.KindOf(err) != cesi.Unreachable {
		t.Errorf("a second shutdown: %v", err)
	}
}

func TestClearMainLog_Clears(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	if r := h.send(admin, daemon(cesi.ActionClearMainLog)); r.Result != cesi.OK {
		t.Fatalf("%+v", r)
	}
	text, err := os.ReadFile(s.Path("supervisord.log"))
	if err != nil || strings.Contains(string(text), "supervisord started with pid") {
		t.Errorf("the log still says %s (%v)", text, err)
	}
}

// unclearing is a client whose supervisord says that it has cleared its log, and
// whose log can perhaps not be read afterwards.
type unclearing struct {
	fleet.Client
	cleared *atomic.Bool
	broken  error
}

func (c unclearing) ClearMainLog(context.Context) error {
	c.cleared.Store(true)
	return nil
}

func (c unclearing) LogSize(ctx context.Context, log cesi.LogName) (int64, error) {
	if c.broken != nil && c.cleared.Load() {
		return 0, c.broken
	}
	return c.Client.LogSize(ctx, log)
}

func TestClearMainLog_ChecksResult(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		broken error
		want   cesi.Result
		says   string
	}{
		"as it was":  {nil, cesi.Failed, "the log still has "},
		"can't tell": {cesi.Errorf(cesi.Timeout, "No answer."), cesi.UnknownEnd, "but the log can't be read: No answer."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _ := start(t, steady, func(o *fleet.Options) {
				dial := o.Dial
				o.Dial = func(n cesi.Node) (fleet.Client, error) {
					c, err := dial(n)
					return unclearing{c, new(atomic.Bool), test.broken}, err
				}
			})
			if r := h.send(admin, daemon(cesi.ActionClearMainLog)); r.Result != test.want || !strings.Contains(r.Message.String(), test.says) {
				t.Errorf("%s: %s", r.Result, r.Message)
			}
		})
	}
}

func TestClearMainLog_SkipsDevices(t *testing.T) {
	t.Parallel()
	for file, says := range map[string]string{
		"empty":  "there is nothing to clear",
		"folder": "its log can't be read back",
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			s := supervisortest.Start(t, supervisortest.Options{Programs: steady})
			h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}})
			log := s.Path("supervisord.log")
			if err := os.Remove(log); err != nil {
				t.Fatal(err)
			}
			var err error
			if file == "folder" {
				err = os.Symlink(t.TempDir(), log)
			} else {
				err = os.Symlink("/dev/null", log)
			}
			if err != nil {
				t.Fatal(err)
			}
			if r := h.send(admin, daemon(cesi.ActionClearMainLog)); r.Result != cesi.Failed || !strings.Contains(r.Message.String(), says) {
				t.Errorf("%s: %s", r.Result, r.Message)
			}
			if _, err := os.Lstat(log); err != nil {
				t.Errorf("it was removed: %v", err)
			}
		})
	}
}

func TestSupervisordCommand_Invalid(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	process := fleet.Command{Action: cesi.ActionReload, Targets: []fleet.Target{{Node: "n", Group: "a", Name: "a"}}}
	two := daemon(cesi.ActionReload)
	two.Targets = append(two.Targets, fleet.Target{Node: "m"})
	for name, test := range map[string]struct {
		command fleet.Command
		want    cesi.Kind
	}{
		"no node":             {fleet.Command{Action: cesi.ActionReload}, cesi.Invalid},
		"two nodes":           {two, cesi.Invalid},
		"a process":           {process, cesi.Invalid},
		"add of a node":       {daemon(cesi.ActionAddGroup), cesi.Invalid},
		"add of two groups":   {daemon(cesi.ActionAddGroup, "a", "b"), cesi.Invalid},
		"reload of a group":   {daemon(cesi.ActionReload, "a"), cesi.Invalid},
		"node that is not":    {fleet.Command{Action: cesi.ActionReload, Targets: []fleet.Target{{Node: "x"}}}, cesi.NotFound},
		"update of all and a": {daemon(cesi.ActionUpdate, "a", ""), cesi.Invalid},
	} {
		if _, err := h.Control(t.Context(), admin, test.command); cesi.KindOf(err) != test.want || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, action := range []cesi.Action{cesi.ActionUpdate, cesi.ActionReload, cesi.ActionShutdown, cesi.ActionClearMainLog, cesi.ActionAddGroup, cesi.ActionRemoveGroup} {
		if _, err := h.Control(t.Context(), operator, daemon(action)); cesi.KindOf(err) != cesi.Forbidden {
			t.Errorf("%s by an operator: %v", action, err)
		}
	}
	if s.State("a") != "RUNNING" || len(h.journal.all()) > 0 {
		t.Error("something went out")
	}
}

func TestSupervisordCommand_OneAtATime(t *testing.T) {
	t.Parallel()
	h, s := start(t, program("slow")+`
[program:stubborn]
command = sh -c "trap '' TERM; touch %(here)s/deaf; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 3
`)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	s.WriteConfig(program("slow"))
	op, err := h.Control(t.Context(), admin, daemon(cesi.ActionUpdate))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Control(t.Context(), admin, daemon(cesi.ActionReload)); cesi.KindOf(err) != cesi.Busy {
		t.Errorf("a reload meanwhile: %v", err)
	}
	if _, err := h.Control(t.Context(), operator, h.command(cesi.ActionStop, "stubborn")); cesi.KindOf(err) != cesi.Busy {
		t.Errorf("a stop of what is being removed: %v", err)
	}
	if r := h.do(cesi.ActionRestart, "slow"); r.Result != cesi.OK {
		t.Errorf("another process meanwhile: %+v", r)
	}
	if r := h.finish(op); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
}

// asSelf makes a fleet in which a program of the node counts as this CeSI.
func asSelf(t *testing.T, first *harness, s *supervisortest.Supervisor, name string) *harness {
	t.Helper()
	first.waitState(name, cesi.Running)
	p, _ := first.node("n").Process(id(t, name))
	return newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, func(o *fleet.Options) {
		o.Self = fleet.Self{Process: p.ProcessID, PID: p.PID, Parent: s.PID(), Proof: proven{}}
	})
}

func TestUpdate_SkipsThisCeSI(t *testing.T) {
	t.Parallel()
	first, s := startChanging(t)
	h := asSelf(t, first, s, "changed")
	r := h.send(admin, daemon(cesi.ActionUpdate))
	want := map[string]cesi.Result{"gone:*": cesi.OK, "changed:*": cesi.Skipped, "fresh:*": cesi.OK}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Error(diff)
	}
	if out := s.Ctl("status", "changed"); !strings.Contains(out, "RUNNING") {
		t.Errorf("supervisorctl says %s", out)
	}
	c := daemon(cesi.ActionUpdate, "changed")
	if _, err := h.Control(t.Context(), admin, c); cesi.KindOf(err) != cesi.Conflict {
		t.Errorf("named, but not confirmed: %v", err)
	}
	c.ConfirmSelf = "changed:changed"
	if r := h.send(admin, c); r.Result != cesi.OK { // here it survives, as only part of the tests
		t.Errorf("%+v", r)
	}
}

// TestReload_OfThisCeSIIsCompletedByNextRun runs CeSI before and after the reload.
func TestReload_OfThisCeSIIsCompletedByNextRun(t *testing.T) {
	t.Parallel()
	h, s := start(t, `
[program:stubborn]
command = sh -c "trap '' TERM; touch %(here)s/deaf; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 3
`)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	op, err := h.Control(t.Context(), admin, daemon(cesi.ActionReload))
	if err != nil {
		t.Fatal(err)
	}
	h.wait("it to be sent", func() bool { return h.journal.all()[0].Message.String() != "" })
	h.Drain(0) // as when supervisord stops this program
	left := h.journal.all()
	if len(left) != 1 || left[0].Result != cesi.Pending || left[0].ID != op.ID() {
		t.Fatalf("%+v", left)
	}

	next := newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, func(o *fleet.Options) { o.Journal = h.journal })
	gone := left[0]
	gone.Node = "gone"
	next.Resume(left)
	next.wait("the entry to be completed", func() bool { return h.journal.all()[0].Result != cesi.Pending })
	e := h.journal.all()[0]
	if e.Result != cesi.OK || !strings.Contains(e.Message.String(), "it is back") || e.Duration < time.Second {
		t.Errorf("%+v", e)
	}
	next.Resume([]cesi.Activity{gone})
	next.wait("the other entry to be completed", func() bool { return h.journal.all()[0].Result == cesi.Interrupted })
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if r := op.Wait(ctx); r.Done {
		t.Errorf("the first run claims to know: %+v", r)
	}
}
