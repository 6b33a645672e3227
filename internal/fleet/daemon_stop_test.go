package fleet_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

// startSlowUpdate starts a node whose configuration changes for a group that stops
// when the test ends it, and a fleet that gives every answer half a second.
func startSlowUpdate(t *testing.T, change ...func(*fleet.Options)) (*harness, *supervisortest.Supervisor) {
	t.Helper()
	h, s := start(t, endless+program("same"), append(change, patient)...)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	h.waitState("same", cesi.Running)
	s.WriteConfig(stubborn + "startretries = 7\n" + program("same"))
	h.briefly(s)
	return h, s
}

// lateStopper is a client whose stops get no answer in time, and happen later.
type lateStopper struct{ fleet.Client }

func (c lateStopper) BeginStop(ctx context.Context, id cesi.ProcessID) error {
	<-ctx.Done()
	later := context.WithoutCancel(ctx)
	time.AfterFunc(500*time.Millisecond, func() { _ = c.Client.BeginStop(later, id) }) // as when a busy node reads it late
	return ctx.Err()
}

func lateStops(dial func(cesi.Node) (fleet.Client, error)) func(cesi.Node) (fleet.Client, error) {
	return func(n cesi.Node) (fleet.Client, error) {
		c, err := dial(n)
		return lateStopper{c}, err
	}
}

func TestUpdate_WaitsForSlowStop(t *testing.T) {
	t.Parallel()
	h, s := startSlowUpdate(t)
	before := s.ProcessPID("stubborn")
	op, err := h.Control(t.Context(), admin, daemon(cesi.ActionUpdate))
	if err != nil {
		t.Fatal(err)
	}
	h.wait("it to say that it waits", func() bool {
		return strings.HasPrefix(op.Report().Message.String(), "stubborn:*: stopping since ")
	})
	h.wait("the activity log to say so", func() bool {
		return slices.ContainsFunc(h.journal.all(), func(e cesi.Activity) bool {
			return e.Result == cesi.Pending && strings.HasPrefix(e.Message.String(), "stopping since ")
		})
	})
	if h.state("stubborn") != cesi.Stopping {
		t.Errorf("it is %s", h.state("stubborn"))
	}
	endStubborn(t, s)
	if r := h.finish(op); r.Result != cesi.OK || r.Message.String() != "stopped, removed and added again" {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	if s.State("stubborn") != "RUNNING" || s.ProcessPID("stubborn") == before {
		t.Errorf("it was not taken up: %s", s.Ctl("status"))
	}
	if out := s.Ctl("update"); strings.TrimSpace(out) != "" {
		t.Errorf("supervisorctl still finds something to update: %s", out)
	}
}

func TestUpdate_RemovalWaitsForSlowStop(t *testing.T) {
	t.Parallel()
	h, s := startSlowUpdate(t)
	s.WriteConfig(program("same"))
	op, err := h.Control(t.Context(), admin, daemon(cesi.ActionUpdate))
	if err != nil {
		t.Fatal(err)
	}
	h.waitState("stubborn", cesi.Stopping)
	time.Sleep(time.Second) // twice as long as an answer may take
	endStubborn(t, s)
	if r := h.finish(op); r.Result != cesi.OK || r.Message.String() != "stopped and removed" {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	if diff := cmp.Diff([]string{"same RUNNING"}, s.States()); diff != "" {
		t.Error(diff)
	}
}

func TestUpdate_WithoutReplyStaysWanted(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	h, s := start(t, stubborn, w.option, func(o *fleet.Options) { o.Dial = lateStops(o.Dial) })
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	s.WriteConfig(stubborn + "startretries = 7\n")
	h.briefly(s)
	r := h.send(admin, daemon(cesi.ActionUpdate))
	if r.Result != cesi.UnknownEnd || !strings.Contains(r.Message.String(), "stopped: unknown, not updated (no answer within 500ms)") {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	h.waitState("stubborn", cesi.NotStarted) // the stop has reached the node all the same
	if r := h.do(cesi.ActionStart, "stubborn"); r.Result != cesi.OK || len(w.all()) != 0 {
		t.Errorf("a start: %+v; stored %+v", r, w.all())
	}
}

func TestRestart_WithoutReplyStaysWanted(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	h, s := start(t, stubborn, w.option, func(o *fleet.Options) { o.Dial = lateStops(o.Dial) })
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	h.briefly(s)
	if r := h.do(cesi.ActionRestart, "stubborn"); r.Result != cesi.UnknownEnd {
		t.Errorf("%+v", r)
	}
	h.waitState("stubborn", cesi.NotStarted)
}

func TestUpdate_FailedStartStaysWanted(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	h, s, there := startDeploying(t, w)
	there(false)
	s.WriteConfig(deploying + "startretries = 0\n" + steady)
	r := h.send(admin, daemon(cesi.ActionUpdate))
	if r.Result != cesi.Failed || !strings.Contains(r.Message.String(), "api:api_0") || !strings.Contains(r.Message.String(), "can't find command") {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	if list := w.all(); len(list) != 3 || !strings.Contains(list[0].Reason.String(), "can't find command") {
		t.Errorf("wanted: %+v", list)
	}
	there(true)
	if r := h.do(cesi.ActionRestart); r.Result != cesi.OK {
		t.Errorf("the next restart: %+v", r)
	}
	h.wait("all to run", func() bool { return h.Snapshot().Counts.Running == 5 && len(w.all()) == 0 })
}

func TestAddGroup_FailedStart(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	s.WriteConfig(steady + "[program:away]\ncommand = /there/is/no/such\n")
	if _, err := h.Reread(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	r := h.send(admin, daemon(cesi.ActionAddGroup, "away"))
	if r.Result != cesi.Failed || !strings.Contains(r.Message.String(), "added, but away:away: it did not come up") {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
}

// TestUpdate_BrokenOffInSlowStopStaysWanted runs the CeSI that is broken off, and then
// the next one.
func TestUpdate_BrokenOffInSlowStopStaysWanted(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	first, s := startSlowUpdate(t, w.option)
	op, err := first.Control(t.Context(), admin, daemon(cesi.ActionUpdate))
	if err != nil {
		t.Fatal(err)
	}
	first.wait("it to say that it waits", func() bool {
		return slices.ContainsFunc(first.journal.all(), func(e cesi.Activity) bool { return strings.HasPrefix(e.Message.String(), "stopping since ") })
	})
	wanted, entries := w.all(), first.journal.all() // as after a kill -9
	first.Drain(0)
	endStubborn(t, s)
	if r := first.finish(op); r.Result != cesi.Interrupted || len(wanted) != 1 || wanted[0].By != "ann" {
		t.Fatalf("%+v, wanted %+v", r, wanted)
	}
	next := newFleet(t, fleet.Settings{}, w.option, func(o *fleet.Options) { o.Journal = first.journal })
	next.RecallWanted(wanted)
	next.Apply(fleet.Settings{Nodes: []cesi.Node{s.Node("n")}, PollInterval: 100 * time.Millisecond, ActionTimeout: 30 * time.Second})
	next.Resume(slices.DeleteFunc(entries, func(e cesi.Activity) bool { return e.Message.String() == "" }))
	next.wait("it to be seen", func() bool {
		p, found := next.node("n").Process(id(t, "stubborn"))
		return found && p.State == cesi.NotStarted
	})
	next.wait("the entry to end", func() bool {
		return slices.ContainsFunc(first.journal.all(), func(e cesi.Activity) bool {
			return e.Target == "stubborn:*" && e.Result == cesi.Interrupted && e.Message.String() == "CeSI ended in the middle of the update"
		})
	})
	if r := next.do(cesi.ActionRestart); r.Result != cesi.OK || next.state("stubborn") != cesi.Running {
		t.Errorf("the next restart: %+v", r)
	}
}

func TestReload_KeepsWantedProcesses(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	h, _ := start(t, program("manual", "autostart = false")+program("idle", "autostart = false")+program("auto"), w.option)
	h.waitState("auto", cesi.Running)
	if r := h.do(cesi.ActionStart, "manual"); r.Result != cesi.OK {
		t.Fatalf("%+v", r)
	}
	if r := h.send(admin, daemon(cesi.ActionReload)); r.Result != cesi.OK || r.Message.String() != "it is back, with 1 of 3 processes running so far" {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	p, _ := h.node("n").Process(id(t, "manual"))
	if p.State != cesi.NotStarted || p.Wanted == nil || !strings.Contains(p.Wanted.Reason.String(), "autostart=false") {
		t.Errorf("it is %s, wanted %+v", p.State, p.Wanted)
	}
	if h.state("idle") != cesi.Stopped || h.state("auto") != cesi.Running || len(w.all()) != 1 {
		t.Errorf("idle is %s, auto is %s; stored %+v", h.state("idle"), h.state("auto"), w.all())
	}
	if r := h.do(cesi.ActionRestart); r.Result != cesi.OK || h.state("manual") != cesi.Running {
		t.Errorf("the next restart: %+v", r)
	}
	if r := h.send(admin, fleet.Command{Action: cesi.ActionShutdown, Targets: []fleet.Target{{Node: "n"}}, ConfirmNode: "n"}); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
	if len(w.all()) != 0 {
		t.Errorf("after a shutdown %+v is wanted", w.all())
	}
}

func TestReload_WaitsForSlowStop(t *testing.T) {
	t.Parallel()
	for action, says := range map[cesi.Action]string{cesi.ActionReload: "it is back", cesi.ActionShutdown: "it has ended"} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			h, s := start(t, endless+program("same"))
			h.waitFile(s.Path("deaf"))
			h.waitState("stubborn", cesi.Running)
			h.briefly(s)
			c := daemon(action)
			c.ConfirmNode = "n"
			op, err := h.Control(t.Context(), admin, c)
			if err != nil {
				t.Fatal(err)
			}
			const meanwhile = "supervisord is shutting down since "
			h.wait("it to say that it waits", func() bool { return strings.Contains(op.Report().Message.String(), meanwhile) })
			if entries := h.journal.all(); len(entries) != 1 || entries[0].Result != cesi.Pending || !strings.HasPrefix(entries[0].Message.String(), meanwhile) {
				t.Errorf("the activity log does not say that it waits: %+v", entries)
			}
			endStubborn(t, s)
			if r := h.finish(op); r.Result != cesi.OK || !strings.Contains(r.Message.String(), says) {
				t.Errorf("%s: %s", r.Result, r.Message)
			}
		})
	}
}

func TestReload_SilentNodeIsUnknown(t *testing.T) {
	t.Parallel()
	h, s := start(t, endless)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	node := s.Node("n")
	node.Timeout = time.Second
	h.Apply(fleet.Settings{Nodes: []cesi.Node{node}, PollInterval: 100 * time.Millisecond, ActionTimeout: 500 * time.Millisecond})
	h.wait("the node to be asked again", h.Ready)
	op, err := h.Control(t.Context(), admin, daemon(cesi.ActionReload))
	if err != nil {
		t.Fatal(err)
	}
	h.wait("it to go down", func() bool { return h.node("n").Status == fleet.Down })
	s.Pause()
	t.Cleanup(func() {
		endStubborn(t, s)
		s.Resume()
	})
	if r := h.finish(op); r.Result != cesi.UnknownEnd || !strings.Contains(r.Message.String(), "its result was not seen within ") {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
}
