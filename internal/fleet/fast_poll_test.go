package fleet_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

const slowStart = "[program:slow]\ncommand=sleep 1000\nautostart=false\nstartsecs=2\n"

// seldom is a fleet whose polls alone show next to nothing.
func seldom(s *supervisortest.Supervisor) fleet.Settings {
	return fleet.Settings{Nodes: []cesi.Node{s.Node("n")}, PollInterval: time.Hour}
}

func TestFastPoll_ShowsCommandInProgress(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: slowStart})
	h := newFleet(t, seldom(s))
	id := cesi.ProcessID{Group: "slow", Name: "slow"}
	op, err := h.Control(t.Context(), operator, fleet.Command{Action: cesi.ActionStart, Targets: []fleet.Target{fleet.TargetProcess("n", id)}})
	if err != nil {
		t.Fatal(err)
	}
	h.wait("the process to be seen starting", func() bool {
		p, _ := h.node("n").Process(id)
		return p.State == cesi.Starting && h.node("n").Counts.Starting == 1
	})
	if op.Report().Done {
		t.Error("it was seen only when the command was done")
	}
	op.Wait(t.Context())
}

func TestFastPoll_FollowsVisibleProcess(t *testing.T) {
	t.Parallel()
	const program = "[program:slow]\ncommand=sleep 1000\nautostart=false\nstartsecs=10\n" // a busy machine sees it starting
	s := supervisortest.Start(t, supervisortest.Options{Programs: program})
	h := newFleet(t, seldom(s))
	id := cesi.ProcessID{Group: "slow", Name: "slow"}
	var looked atomic.Bool
	h.SetVisible(func(p fleet.Ref) bool { return p.ProcessID == id && looked.Load() })
	var other sync.WaitGroup
	defer other.Wait()
	other.Go(func() { s.StartProcess("slow") }) // by another program; it returns when the process is up
	s.WaitState("slow", "STARTING")
	if err := h.Poll(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	if p, _ := h.node("n").Process(id); p.State != cesi.Starting {
		t.Fatalf("it is %v, too late for this test", p.State)
	}
	looked.Store(true)
	h.wait("the process to be seen running", func() bool {
		p, _ := h.node("n").Process(id)
		return p.State == cesi.Running
	})
}

// countingClient counts the questions about single processes.
type countingClient struct {
	fleet.Client
	asked *atomic.Int64
}

func (c countingClient) Process(ctx context.Context, id cesi.ProcessID) (cesi.Process, error) {
	c.asked.Add(1)
	return c.Client.Process(ctx, id)
}

// starting are so many processes that never come up.
func starting(count int) []cesi.Process {
	var list []cesi.Process
	for i := range count {
		list = append(list, cesi.Process{ProcessID: cesi.ProcessID{Group: "g", Name: fmt.Sprint(i)}, State: cesi.Starting, PID: 1, Start: 1, Now: 2})
	}
	return list
}

func TestFastPoll_IsBounded(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t)
	var nodes []cesi.Node
	for i := range 50 {
		nodes = append(nodes, fake.Add(fmt.Sprintf("n%d", i), starting(20)...).Node())
	}
	var asked atomic.Int64
	h := newFleet(t, fleet.Settings{Nodes: nodes, PollInterval: time.Hour}, func(o *fleet.Options) {
		dial := o.Dial
		o.Dial = func(n cesi.Node) (fleet.Client, error) {
			c, err := dial(n)
			return countingClient{c, &asked}, err
		}
	})
	began := time.Now()
	h.SetVisible(func(fleet.Ref) bool { return true })
	h.wait("questions", func() bool { return asked.Load() >= 60 })
	rounds := int64(time.Since(began)/(250*time.Millisecond)) + 1
	if n := asked.Load(); n > 25*(rounds+1) {
		t.Errorf("%d questions in %d rounds", n, rounds)
	}
}
