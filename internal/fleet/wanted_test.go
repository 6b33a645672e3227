package fleet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

// wantedStore keeps wanted processes in memory.
type wantedStore struct {
	mu   sync.Mutex
	list []cesi.Wanted
}

func (w *wantedStore) SaveWanted(_ context.Context, wanted, gone []cesi.Wanted) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range slices.Concat(wanted, gone) {
		w.list = slices.DeleteFunc(w.list, func(o cesi.Wanted) bool { return o.Node == one.Node && o.ProcessID == one.ProcessID })
	}
	w.list = append(w.list, wanted...)
	return nil
}

func (w *wantedStore) all() []cesi.Wanted {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.list)
}

func (w *wantedStore) option(o *fleet.Options) { o.Wanted = w }

// deploying is a group whose binary can be taken away.
const deploying = `
[program:api]
command = %(here)s/binary -f /dev/null
process_name = %(program_name)s_%(process_num)d
numprocs = 3
startsecs = 0
`

// startDeploying starts a node n of the group api, and returns how to take its
// binary away and give it back.
func startDeploying(t *testing.T, w *wantedStore) (h *harness, s *supervisortest.Supervisor, there func(bool)) {
	t.Helper()
	s = supervisortest.Start(t, supervisortest.Options{Programs: strings.ReplaceAll(deploying, "%(here)s/binary", "tail") + steady})
	path := s.Path("binary")
	there = func(is bool) {
		t.Helper()
		var err error
		if is {
			err = os.Symlink("/usr/bin/tail", path)
		} else {
			err = os.Remove(path)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	there(true)
	s.WriteConfig(deploying + steady)
	s.Restart()
	h = newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, w.option)
	for _, p := range []string{"api:api_0", "api:api_1", "api:api_2", "a", "b"} {
		h.waitState(p, cesi.Running)
	}
	h.wait("the binary to be executed", func() bool { return executed(h, "tail", "api:api_0", "api:api_1", "api:api_2") })
	return h, s, there
}

// executed reports whether processes of node n run the binary by now: without startsecs,
// supervisord calls a child RUNNING before it does.
func executed(h *harness, binary string, processes ...string) bool {
	h.t.Helper()
	for _, name := range processes {
		p, _ := h.node("n").Process(id(h.t, name))
		exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", p.PID))
		if err != nil || filepath.Base(exe) != binary {
			return false
		}
	}
	return true
}

func (h *harness) group(action cesi.Action) fleet.Report {
	h.t.Helper()
	return h.send(operator, fleet.Command{Action: action, Targets: []fleet.Target{{Node: "n", Group: "api"}}})
}

func TestControl_FailedRestartStaysWanted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		do   func(*harness)
		down int
	}{
		"single":    {func(h *harness) { h.do(cesi.ActionRestart, "api:api_1") }, 1},
		"selection": {func(h *harness) { h.do(cesi.ActionRestart, "api:api_1", "api:api_2") }, 2},
		"group":     {func(h *harness) { h.group(cesi.ActionRestart) }, 3},
		"node":      {func(h *harness) { h.do(cesi.ActionRestart) }, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := new(wantedStore)
			h, s, there := startDeploying(t, w)
			there(false)
			test.do(h)
			h.waitState("api:api_1", cesi.NotStarted)
			p, _ := h.node("n").Process(id(t, "api:api_1"))
			if p.Wanted == nil || p.Wanted.By != "maria" || p.Wanted.Activity == 0 || !strings.Contains(p.Wanted.Reason.String(), "NO_FILE") {
				t.Errorf("it does not say why: %+v", p.Wanted)
			}
			if c := h.Snapshot().Counts; c.NotStarted != test.down || c.Bad != test.down || c.Stopped != 0 || len(w.all()) != test.down {
				t.Errorf("counts %+v; stored %+v", c, w.all())
			}
			if list := h.Snapshot().Troubles(); len(list) != test.down || list[0].Process.Severity() != 4 {
				t.Errorf("%d need attention", len(list))
			}
			there(true)
			if r := h.do(cesi.ActionRestart); r.Result != cesi.OK {
				t.Errorf("the next restart: %+v", r)
			}
			h.wait("all to run", func() bool { return h.Snapshot().Counts.Running == 5 })
			if s.State("api:api_1") != "RUNNING" || len(w.all()) != 0 {
				t.Errorf("%s; stored: %+v", s.Ctl("status"), w.all())
			}
		})
	}
}

func TestWanted_EndsWithAStopOrAnotherStart(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	h, s, there := startDeploying(t, w)
	there(false)
	h.group(cesi.ActionRestart)
	h.waitState("api:api_2", cesi.NotStarted)
	if r := h.do(cesi.ActionStop, "api:api_0"); r.Result != cesi.OK || h.state("api:api_0") != cesi.Stopped {
		t.Errorf("a stop: %+v, and it is %s", r, h.state("api:api_0"))
	}
	there(true)
	s.StartProcess("api:api_1") // by another client
	h.waitState("api:api_1", cesi.Running)
	h.wait("both to be forgotten", func() bool { return len(w.all()) == 1 })
	if r := h.group(cesi.ActionStop); r.Result != cesi.OK {
		t.Errorf("a stop of the group: %+v", r)
	}
	h.waitState("api:api_2", cesi.Stopped)
	if c := h.Snapshot().Counts; c.Bad != 0 || c.Stopped != 3 || len(w.all()) != 0 {
		t.Errorf("%+v, stored %+v", c, w.all())
	}
}

func TestWanted_IsStoredBeforeStop(t *testing.T) {
	t.Parallel()
	w := new(wantedStore)
	s := supervisortest.Start(t, supervisortest.Options{Programs: stubborn + steady})
	first := newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, w.option)
	first.waitFile(s.Path("deaf"))
	first.waitState("stubborn", cesi.Running)
	op := first.begin(cesi.ActionRestart, "stubborn")
	first.waitState("stubborn", cesi.Stopping)
	left := w.all() // as after a kill -9
	first.Drain(0)
	if r := first.finish(op); r.Result != cesi.Interrupted || len(left) != 1 || left[0].Reason.String() != "" {
		t.Fatalf("%+v, stored %+v", r, left)
	}
	left = append(left, cesi.Wanted{Node: "n", ProcessID: id(t, "a"), Since: left[0].Since}, cesi.Wanted{Node: "n", ProcessID: id(t, "gone")})
	next := newFleet(t, fleet.Settings{}, w.option)
	next.RecallWanted(left)
	next.Apply(fleet.Settings{Nodes: []cesi.Node{s.Node("n")}, PollInterval: 100 * time.Millisecond, ActionTimeout: 30 * time.Second})
	next.wait("it to be seen", func() bool {
		p, found := next.node("n").Process(id(t, "stubborn"))
		return found && p.State == cesi.NotStarted
	})
	p, _ := next.node("n").Process(id(t, "stubborn"))
	if p.Wanted.Reason.String() != "CeSI ended in the middle of the restart" {
		t.Errorf("%+v", p.Wanted)
	}
	if a, _ := next.node("n").Process(id(t, "a")); a.Wanted != nil || next.Snapshot().Counts.NotStarted != 1 {
		t.Errorf("what runs stays wanted: %+v", a)
	}
	if r := next.do(cesi.ActionStart, "stubborn"); r.Result != cesi.OK || next.state("stubborn") != cesi.Running {
		t.Errorf("a start: %+v", r)
	}
	next.wait("it to be forgotten", func() bool { return len(w.all()) == 0 })
}
