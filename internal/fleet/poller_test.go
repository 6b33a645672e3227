package fleet_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

func TestPoller_SilentNodeKeepsLastData(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	good := h.node("n")
	s.Stop()
	h.wait("the node to be down", func() bool { return h.node("n").Status == fleet.Down })
	n := h.node("n")
	if n.Failure.Cause != cesi.CauseRefused && n.Failure.Cause != cesi.CauseShuttingDown {
		t.Errorf("cause: %s", n.Failure.Cause)
	}
	if !n.Stale() || len(n.Processes) != 2 || n.LastContact.Before(good.LastContact) {
		t.Errorf("what was known is lost: %+v", n)
	}
	if _, err := h.Control(t.Context(), operator, h.command(cesi.ActionStop, "a")); err != nil {
		t.Fatal(err)
	}
	s.Restart()
	if err := h.Poll(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	if n := h.node("n"); n.Status != fleet.Up || n.Failure != nil {
		t.Errorf("asked again, it is %v: %+v", n.Status, n.Failure)
	}
}

func TestControl_SilentNodeSaysWhy(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	s.Stop()
	h.wait("the node to be down", func() bool { return h.node("n").Status == fleet.Down })
	r := h.do(cesi.ActionStop, "a")
	if r.Result != cesi.Failed || cesi.KindOf(r.Outcomes[0].Err) != cesi.Unreachable {
		t.Errorf("%+v", r)
	}
	// After repairing a node, users often send a command first.
	s.Restart()
	if r := h.do(cesi.ActionRestart, "a"); r.Result != cesi.OK {
		t.Errorf("after it is back: %+v", r)
	}
}

func TestApply_AddsRemovesAndChangesNodes(t *testing.T) {
	t.Parallel()
	nodes := supervisortest.StartFleet(t)
	one, two := nodes.Add("one").Node(), nodes.Add("two").Node()
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{one}})
	settings := fleet.Settings{Nodes: []cesi.Node{two, one}, PollInterval: 100 * time.Millisecond, ActionTimeout: time.Second}
	before := h.node("one").LastContact

	h.Apply(settings)
	h.wait("the new node to answer", func() bool { return h.node("two").Status == fleet.Up })
	if h.Snapshot().Nodes[0].Name != "two" {
		t.Error("the order is not the configuration's")
	}
	if got := h.node("one").LastContact; got.Before(before) || h.node("one").Status != fleet.Up {
		t.Error("a node that did not change was connected again")
	}

	two.Environments = []string{"prod"}
	settings.Nodes = []cesi.Node{two}
	h.Apply(settings)
	if _, found := h.Snapshot().Node("one"); found {
		t.Error("a node that was taken out is still there")
	}
	if n := h.node("two"); n.Status != fleet.Up || !n.InEnvironment("prod") {
		t.Errorf("a change of environment: %+v", n)
	}

	two.URL = "http://127.0.0.1:1"
	settings.Nodes = []cesi.Node{two}
	h.Apply(settings)
	h.wait("the changed node to be asked at its new place", func() bool { return h.node("two").Status == fleet.Down })
}

func TestApply_RemovedNodeStaysDuringCommand(t *testing.T) {
	t.Parallel()
	h, s := start(t, "[program:slow]\ncommand = tail -f /dev/null\nstartsecs = 2\nautostart = false\n")
	op := h.begin(cesi.ActionStart, "slow")
	h.waitState("slow", cesi.Starting)
	h.Apply(fleet.Settings{PollInterval: time.Second, ActionTimeout: time.Minute})
	if _, found := h.Snapshot().Node("n"); !found {
		t.Error("it went at once")
	}
	if r := h.finish(op); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
	h.wait("it to go", func() bool { _, found := h.Snapshot().Node("n"); return !found })
	if got := s.State("slow"); got != "RUNNING" {
		t.Errorf("supervisorctl says %s", got)
	}
}

func TestPoller_BacksOff(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	fake := supervisortest.StartFleet(t).Add("n")
	fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	})
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{fake.Node()}, PollInterval: 20 * time.Millisecond})
	began := time.Now()
	h.wait("six polls", func() bool { return calls.Load() >= 6 })
	// 20 ms doubled five times, less the jitter.
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("six polls of a failing node took %v only", took)
	}
	if got := h.node("n").Failure.Cause; got != cesi.CauseUnauthorized {
		t.Errorf("cause: %s", got)
	}
}

func TestPoller_HungNodeBlocksNoOther(t *testing.T) {
	t.Parallel()
	nodes := supervisortest.StartFleet(t)
	settings := fleet.Settings{PollInterval: 50 * time.Millisecond}
	for i := range 10 {
		n := nodes.Add(fmt.Sprint("n", i)).Node()
		n.Timeout = 300 * time.Millisecond
		settings.Nodes = append(settings.Nodes, n)
	}
	h := newFleet(t, settings)
	hung := nodes.Add("n0") // takes the place of the first
	hung.Misbehave(supervisortest.Hang)
	h.wait("the hung node to time out", func() bool {
		n := h.node("n0")
		return n.Status == fleet.Down && n.Failure.Cause == cesi.CauseTimeout
	})
	since := time.Now()
	h.wait("all others to be asked again", func() bool {
		for _, n := range h.Snapshot().Nodes[1:] {
			if n.Status != fleet.Up || n.LastContact.Before(since) {
				return false
			}
		}
		return true
	})
}

func TestSnapshot_VersionRisesOnlyWithVisibleChanges(t *testing.T) {
	t.Parallel()
	process := cesi.Process{ProcessID: cesi.ProcessID{Group: "g", Name: "p"}, State: cesi.Running, PID: 7, Start: 100, Now: 200}
	fake := supervisortest.StartFleet(t).Add("n", process)
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{fake.Node()}, PollInterval: 20 * time.Millisecond})
	h.wait("an answer", func() bool { return h.node("n").Status == fleet.Up })
	version, contact := h.Snapshot().Version, h.node("n").LastContact
	process.Now, process.Description = 300, "pid 7, uptime 0:03:20"
	fake.SetProcesses(process)
	h.wait("more polls", func() bool { return h.node("n").LastContact.Sub(contact) > 100*time.Millisecond })
	if got := h.Snapshot().Version; got != version {
		t.Errorf("the version went from %d to %d while only time passed", version, got)
	}
	process.State = cesi.Stopping
	fake.SetProcesses(process)
	h.wait("the version to rise", func() bool { return h.Snapshot().Version > version })
}

func TestControl_RestartsOnSeveralNodes(t *testing.T) {
	t.Parallel()
	var settings fleet.Settings
	var targets []fleet.Target
	for _, name := range []string{"n", "m"} {
		s := supervisortest.Start(t, supervisortest.Options{Programs: `
[program:w]
command = tail -f /dev/null
process_name = %(process_num)02d
numprocs = 10
startsecs = 1
`})
		settings.Nodes = append(settings.Nodes, s.Node(name))
		for i := range 10 {
			targets = append(targets, fleet.Target{Node: name, Group: "w", Name: fmt.Sprintf("%02d", i)})
		}
	}
	h := newFleet(t, settings)
	h.wait("all to run", func() bool { return h.Snapshot().Counts.Running == 20 })
	began := time.Now()
	op, err := h.Control(t.Context(), operator, fleet.Command{Action: cesi.ActionRestart, Targets: targets})
	if err != nil {
		t.Fatal(err)
	}
	r := h.finish(op)
	if r.Message.String() != "20 ok" {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	// One after the other they would take 20 times startsecs.
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it took %v: that is one after the other", took)
	}
}

func TestPoll_OnceASecondPerNode(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n", fakeProcess("g", "a"))
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{fake.Node()}, PollInterval: time.Hour})
	var calls atomic.Int32
	fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	})
	began := time.Now()
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() { _ = h.Poll(t.Context(), "n") })
	}
	all.Wait()
	// A poll that fails is one call; the next regular one may come in between.
	if most := 4 + int32(2*time.Since(began).Seconds()); calls.Load() > most {
		t.Errorf("%d calls in %s", calls.Load(), time.Since(began))
	}
}
