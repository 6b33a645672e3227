package fleet_test

import (
	"context"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"
)

// journal is an activity log in memory.
type journal struct {
	mu      sync.Mutex
	entries []cesi.Activity
}

func (j *journal) Begin(_ context.Context, entries []cesi.Activity) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range entries {
		entries[i].ID = cesi.ActivityID(len(j.entries) + 1)
		if i > 0 {
			entries[i].Parent = entries[0].ID
		}
		j.entries = append(j.entries, entries[i])
	}
}

func (j *journal) Complete(_ context.Context, e cesi.Activity) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries[e.ID-1] = e
}

func (j *journal) Add(ctx context.Context, e cesi.Activity) { j.Begin(ctx, []cesi.Activity{e}) }

func (j *journal) all() []cesi.Activity {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]cesi.Activity(nil), j.entries...)
}

// operator may control processes and nothing more.
var operator = cesi.Actor{User: "maria", Role: cesi.Operator, Address: "192.0.2.7"}

type harness struct {
	*fleet.Fleet
	t       testing.TB
	journal *journal
}

// newFleet runs a fleet of the nodes until the test ends, and waits until each has been
// polled.
func newFleet(t testing.TB, settings fleet.Settings, change ...func(*fleet.Options)) *harness {
	t.Helper()
	h := &harness{t: t, journal: new(journal)}
	options := fleet.Options{
		Dial: func(n cesi.Node) (fleet.Client, error) {
			c, err := supervisor.New(n)
			return c, err
		},
		Journal: h.journal, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
	for _, c := range change {
		c(&options)
	}
	if settings.PollInterval == 0 {
		settings.PollInterval = 100 * time.Millisecond
	}
	if settings.ActionTimeout == 0 {
		settings.ActionTimeout = 30 * time.Second
	}
	h.Fleet = fleet.New(options)
	h.Apply(settings)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		h.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		h.Drain(0)
		cancel()
		<-done
	})
	h.wait("every node to be asked", h.Ready)
	return h
}

// start starts a supervisord with the programs, and a fleet of it as node n.
func start(t testing.TB, programs string, change ...func(*fleet.Options)) (*harness, *supervisortest.Supervisor) {
	t.Helper()
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
	return newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, change...), s
}

func (h *harness) wait(what string, condition func() bool) {
	h.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			h.t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (h *harness) node(name string) *fleet.Node {
	h.t.Helper()
	n, found := h.Snapshot().Node(name)
	if !found {
		h.t.Fatalf("there is no node %s", name)
	}
	return n
}

func (h *harness) state(process string) cesi.State {
	h.t.Helper()
	p, found := h.node("n").Process(id(h.t, process))
	if !found {
		h.t.Fatalf("there is no process %s", process)
	}
	return p.State
}

func (h *harness) waitState(process string, state cesi.State) {
	h.t.Helper()
	h.wait(process+" to be "+state.String(), func() bool { return h.state(process) == state })
}

func id(t testing.TB, text string) cesi.ProcessID {
	t.Helper()
	p, err := cesi.ParseProcessID(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// waitFile waits for a program to have made a file.
func (h *harness) waitFile(path string) {
	h.t.Helper()
	h.wait(path, func() bool { _, err := os.Stat(path); return err == nil })
}

// begin sends a command to node n; without processes it is for all of it.
func (h *harness) begin(action cesi.Action, processes ...string) *fleet.Operation {
	h.t.Helper()
	op, err := h.Control(h.t.Context(), operator, h.command(action, processes...))
	if err != nil {
		h.t.Fatal(err)
	}
	return op
}

func (h *harness) command(action cesi.Action, processes ...string) fleet.Command {
	h.t.Helper()
	c := fleet.Command{Action: action}
	for _, p := range processes {
		c.Targets = append(c.Targets, fleet.TargetProcess("n", id(h.t, p)))
	}
	if len(processes) == 0 {
		c.Targets = []fleet.Target{{Node: "n"}}
	}
	return c
}

// do is begin, to the command's end.
func (h *harness) do(action cesi.Action, processes ...string) fleet.Report {
	h.t.Helper()
	return h.finish(h.begin(action, processes...))
}

func (h *harness) finish(op *fleet.Operation) fleet.Report {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	report := op.Wait(ctx)
	if !report.Done {
		h.t.Fatalf("the %s did not end", report.Action)
	}
	return report
}

// results is a report as process to result.
func results(r fleet.Report) map[string]cesi.Result {
	m := make(map[string]cesi.Result)
	for _, o := range r.Outcomes {
		m[o.ProcessID.String()] = o.Result
	}
	return m
}

// proven takes whatever fits for this CeSI.
type proven struct{}

func (proven) Prove(context.Context, func(context.Context, string) error) fleet.Proof {
	return fleet.Proven
}
