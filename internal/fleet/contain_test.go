package fleet_test

import (
	"context"
	"sync/atomic"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"
)

// panicker is a client that panics when a test wants it.
type panicker struct {
	fleet.Client
	polls, process, commands, daemon atomic.Bool
}

func fakeProcess(group, name string) cesi.Process {
	return cesi.Process{ProcessID: cesi.ProcessID{Group: group, Name: name}, State: cesi.Running, PID: 42, Start: 1, Now: 100,
		StdoutLogfile: "/var/log/" + name + ".log"}
}

func panicIf(on *atomic.Bool) {
	if on.Load() {
		panic("in a client")
	}
}

func (p *panicker) UpdateProcesses(ctx context.Context, known cesi.ProcessList) (cesi.ProcessList, error) {
	panicIf(&p.polls)
	return p.Client.UpdateProcesses(ctx, known)
}

func (p *panicker) Process(ctx context.Context, id cesi.ProcessID) (cesi.Process, error) {
	panicIf(&p.process)
	return p.Client.Process(ctx, id)
}

func (p *panicker) StartProcess(ctx context.Context, id cesi.ProcessID) error {
	panicIf(&p.commands)
	return p.Client.StartProcess(ctx, id)
}

func (p *panicker) BeginStop(ctx context.Context, id cesi.ProcessID) error {
	panicIf(&p.commands)
	return p.Client.BeginStop(ctx, id)
}

func (p *panicker) ClearLogs(ctx context.Context, id cesi.ProcessID) error {
	panicIf(&p.commands)
	return p.Client.ClearLogs(ctx, id)
}

func (p *panicker) AddGroup(ctx context.Context, group string) error {
	panicIf(&p.daemon)
	return p.Client.AddGroup(ctx, group)
}

func (p *panicker) Restart(ctx context.Context) error {
	panicIf(&p.daemon)
	return p.Client.Restart(ctx)
}

// newPanicker is a fleet of a fake node n with two processes, and of a node m that
// never panics.
func newPanicker(t *testing.T) (*harness, *panicker) {
	t.Helper()
	fakes := supervisortest.StartFleet(t)
	var nodes []cesi.Node
	for _, name := range []string{"n", "m"} {
		nodes = append(nodes, fakes.Add(name, fakeProcess("g", "a"), fakeProcess("g", "b")).Node())
	}
	p := &panicker{}
	h := newFleet(t, fleet.Settings{Nodes: nodes}, func(o *fleet.Options) {
		o.Dial = func(n cesi.Node) (fleet.Client, error) {
			c, err := supervisor.New(n)
			if n.Name == "m" || err != nil {
				return c, err
			}
			p.Client = c
			return p, nil
		}
	})
	return h, p
}

func TestPoller_PanicIsAFailureOfTheNode(t *testing.T) {
	h, p := newPanicker(t)
	p.polls.Store(true)
	h.wait("the node to be down", func() bool { return h.node("n").Status == fleet.Down })
	if failure := h.node("n").Failure; failure.Message.String() == "" || h.node("m").Status != fleet.Up {
		t.Errorf("it says %+v, and m is %v", failure, h.node("m").Status)
	}
	if err := h.Poll(t.Context(), "n"); err != nil {
		t.Errorf("a forced poll: %v", err)
	}
	p.polls.Store(false)
	h.wait("the node to be up again", func() bool { return h.node("n").Status == fleet.Up })
}

func TestControl_PanicEndsTheCommandAsFailed(t *testing.T) {
	h, p := newPanicker(t)
	p.commands.Store(true)
	p.process.Store(true) // quick polls, too
	for _, c := range []struct {
		action    cesi.Action
		processes []string
	}{
		{cesi.ActionStop, []string{"g:a"}},
		{cesi.ActionRestart, []string{"g:a", "g:b"}},
		{cesi.ActionStop, nil},
		{cesi.ActionClearLogs, nil},
	} {
		command := h.command(c.action, c.processes...)
		actor := operator
		actor.Role = cesi.Admin
		op, err := h.Control(t.Context(), actor, command)
		if err != nil {
			t.Fatalf("%s %v: %v", c.action, c.processes, err)
		}
		report := h.finish(op)
		if report.Result != cesi.Failed || len(report.Outcomes) == 0 {
			t.Errorf("%s %v: %+v", c.action, c.processes, report)
		}
	}
	for _, entry := range h.journal.all() {
		if entry.Result == cesi.Pending {
			t.Errorf("an entry stays pending: %+v", entry)
		}
	}
}

func TestControlDaemon_PanicEndsTheCommandAsFailed(t *testing.T) {
	h, p := newPanicker(t)
	p.daemon.Store(true)
	actor := operator
	actor.Role = cesi.Admin
	for range 2 { // the second finds the node given back
		for _, c := range []fleet.Command{
			{Action: cesi.ActionAddGroup, Targets: []fleet.Target{{Node: "n", Group: "g"}}},
			{Action: cesi.ActionReload, Targets: []fleet.Target{{Node: "n"}}},
		} {
			op, err := h.Control(t.Context(), actor, c)
			if err != nil {
				t.Fatalf("%s: %v", c.Action, err)
			}
			if report := h.finish(op); report.Result != cesi.Failed {
				t.Errorf("%s: %+v", c.Action, report)
			}
		}
	}
}

// brokenJournal panics when an entry is completed.
type brokenJournal struct{ *journal }

func (brokenJournal) Complete(context.Context, cesi.Activity) { panic("in the journal") }

func TestControl_PanicOfJournalEndsCommand(t *testing.T) {
	fake := supervisortest.StartFleet(t).Add("n", fakeProcess("g", "a"))
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{fake.Node()}}, func(o *fleet.Options) {
		o.Journal = brokenJournal{&journal{}}
	})
	for range 2 {
		h.finish(h.begin(cesi.ActionStop, "g:a"))
	}
}
