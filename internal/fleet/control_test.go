package fleet_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor"
	"cesi/internal/supervisor/supervisortest"

	"github.com/google/go-cmp/cmp"
)

const steady = `
[program:a]
command = tail -f /dev/null
startsecs = 0
[program:b]
command = tail -f /dev/null
startsecs = 0
`

func TestControl_OneProcess(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	before, _ := h.node("n").Process(id(t, "a"))
	for _, step := range []struct {
		action cesi.Action
		want   string
	}{{cesi.ActionStop, "STOPPED"}, {cesi.ActionStart, "RUNNING"}, {cesi.ActionRestart, "RUNNING"}} {
		if r := h.do(step.action, "a"); r.Result != cesi.OK {
			t.Fatalf("%s: %+v", step.action, r)
		}
		// The report comes after the poll that shows the effect.
		if got := h.state("a").String(); got != step.want {
			t.Errorf("after %s the snapshot says %s, want %s", step.action, got, step.want)
		}
		if got := s.State("a"); got != step.want {
			t.Errorf("after %s supervisorctl says %s, want %s", step.action, got, step.want)
		}
	}
	after, _ := h.node("n").Process(id(t, "a"))
	if before.PID == after.PID {
		t.Error("the pid is the same after stop, start and restart")
	}
	for _, e := range h.journal.all() {
		if e.User != "maria" || e.Address != "192.0.2.7" || e.Node != "n" || e.Target != "a:a" || e.Result != cesi.OK || e.Duration <= 0 {
			t.Errorf("entry: %+v", e)
		}
	}
}

func TestControl_FailedStartNamesFaultAndReason(t *testing.T) {
	t.Parallel()
	h, _ := start(t, `
[program:nofile]
command = /no/such/program
autostart = false
[program:quick]
command = sh -c "exit 3"
autostart = false
startretries = 0
`)
	for process, want := range map[string][]string{
		"nofile": {"NO_FILE", "can't find command"},
		"quick":  {"SPAWN_ERROR", "Exited too quickly"},
	} {
		r := h.do(cesi.ActionStart, process)
		if r.Result != cesi.Failed || cesi.KindOf(r.Outcomes[0].Err) != cesi.Fault {
			t.Errorf("%s: %+v", process, r)
		}
		for _, words := range want {
			if !strings.Contains(r.Message.String(), words) {
				t.Errorf("%s: %q does not say %q", process, r.Message, words)
			}
		}
	}
}

func TestControl_RestartAllSkipsStopped(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady+`
[program:stopped]
command = tail -f /dev/null
autostart = false
[program:fatal]
command = sh -c "test -e %(here)s/mended && exec tail -f /dev/null"
startretries = 0
[program:done]
command = true
startsecs = 0
autorestart = false
`)
	h.waitState("fatal", cesi.Fatal)
	h.waitState("done", cesi.Exited)
	if err := os.WriteFile(s.Path("mended"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := h.do(cesi.ActionRestart)
	want := map[string]cesi.Result{"a:a": cesi.OK, "b:b": cesi.OK, "fatal:fatal": cesi.OK, "stopped:stopped": cesi.Skipped, "done:done": cesi.Skipped}
	if diff := cmp.Diff(want, results(r)); diff != "" {
		t.Error(diff)
	}
	if r.Message.String() != "3 ok, 2 skipped" || r.Result != cesi.OK {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
	if got := s.State("stopped"); got != "STOPPED" {
		t.Errorf("supervisorctl says that what was stopped is %s", got)
	}
	entries := h.journal.all()
	if len(entries) != 4 || entries[0].Target != "*" || entries[0].Message.String() != r.Message.String() {
		t.Errorf("want a parent with three targets: %+v", entries)
	}
	for _, e := range entries[1:] {
		if e.Parent != entries[0].ID || e.Result != cesi.OK {
			t.Errorf("target: %+v", e)
		}
	}
}

// TestControl_PriorityOrder checks that processes follow their priorities also when
// CeSI commands each one itself: starts in ascending order, stops in descending.
func TestControl_PriorityOrder(t *testing.T) {
	t.Parallel()
	program := func(name, priority string) string {
		return "[program:" + name + "]\npriority = " + priority + "\nstartsecs = 1\ncommand = sh -c \"trap 'echo -" + name +
			" >> %(here)s/order; exit' TERM; echo +" + name + " >> %(here)s/order; while :; do read line; done\"\n"
	}
	programs := program("one", "1") + program("two", "2") + program("three", "3")
	tests := []struct {
		name, extra string
		self        bool
		sign        string
		want        []string
	}{
		{"starts, where one stays stopped", "[program:stays]\ncommand = true\nautostart = false\n", false, "+", []string{"+one", "+two", "+three"}},
		{"stops, where one is this CeSI", "[program:stays]\ncommand = tail -f /dev/null\n", true, "-", []string{"-three", "-two", "-one"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, s := start(t, programs+test.extra)
			lines := func() []string {
				text, _ := os.ReadFile(s.Path("order")) // not there before the first line
				return strings.Fields(string(text))
			}
			h.wait("the programs to run", func() bool { return len(lines()) == 3 })
			h.waitState("three", cesi.Running)
			if test.self {
				h.waitState("stays", cesi.Running)
				p, _ := h.node("n").Process(id(t, "stays"))
				h = newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, func(o *fleet.Options) {
					o.Self = fleet.Self{Process: p.ProcessID, PID: p.PID, Parent: s.PID(), Proof: proven{}}
				})
			}
			h.do(cesi.ActionRestart)
			h.wait("the programs to run again", func() bool { return len(lines()) == 9 })
			again := lines()[3:]
			if slices.IndexFunc(again, func(s string) bool { return s[0] == '+' }) != 3 {
				t.Errorf("something was started before all was stopped: %v", again)
			}
			got := slices.DeleteFunc(slices.Clone(again), func(s string) bool { return s[:1] != test.sign })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestControl_StopPreemptsWaitingStart(t *testing.T) {
	t.Parallel()
	h, s := start(t, `
[program:slow]
command = tail -f /dev/null
startsecs = 25
autostart = false
`)
	starting := h.begin(cesi.ActionStart, "slow")
	h.waitState("slow", cesi.Starting)

	_, err := h.Control(t.Context(), operator, h.command(cesi.ActionRestart, "slow"))
	if cesi.KindOf(err) != cesi.Busy {
		t.Errorf("a restart meanwhile: %v, want busy", err)
	}
	if r := h.do(cesi.ActionStop, "slow"); r.Result != cesi.OK {
		t.Errorf("the stop: %+v", r)
	}
	if r := h.finish(starting); r.Result != cesi.Failed || !strings.Contains(r.Message.String(), "maria stopped it instead") {
		t.Errorf("the start: %+v", r)
	}
	if got := s.State("slow"); got != "STOPPED" {
		t.Errorf("supervisorctl says %s", got)
	}
}

// TestControl_StopWinsOverConcurrentStart tries several moments between the two.
func TestControl_StopWinsOverConcurrentStart(t *testing.T) {
	t.Parallel()
	h, s := start(t, `
[program:p]
command = tail -f /dev/null
startsecs = 1
autostart = false
`)
	for range 8 {
		starting := h.begin(cesi.ActionRestart, "p")
		stop := h.do(cesi.ActionStop, "p")
		h.finish(starting)
		if got := s.State("p"); got != "STOPPED" {
			t.Fatalf("the stop said %s (%s), but supervisorctl says %s", stop.Result, stop.Message, got)
		}
		if stop.Result != cesi.OK {
			t.Fatalf("the stop: %+v", stop)
		}
	}
}

func TestControl_SecondCommandIsBusy(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady+`
[program:stubborn]
command = sh -c "trap '' TERM; touch %(here)s/deaf; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 2
`)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	stopping := h.begin(cesi.ActionStop, "stubborn")
	for _, action := range []cesi.Action{cesi.ActionStart, cesi.ActionStop, cesi.ActionRestart} {
		if _, err := h.Control(t.Context(), operator, h.command(action, "stubborn")); cesi.KindOf(err) != cesi.Busy {
			t.Errorf("a %s meanwhile: %v, want busy", action, err)
		}
	}
	r := h.do(cesi.ActionStop, "a", "stubborn")
	if got := results(r); got["a:a"] != cesi.OK || got["stubborn:stubborn"] == cesi.OK {
		t.Errorf("of many, the busy one is refused and the others go: %v", got)
	}
	if r := h.finish(stopping); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
}

const stubborn = `
[program:stubborn]
command = sh -c "trap '' TERM; echo $$ > %(here)s/deaf; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 3
`

// endless is stubborn, but it stops when the test ends it and not before. Once
// started again it stops at once.
const endless = `
[program:stubborn]
command = sh -c "test -e %(here)s/deaf || trap '' TERM; echo $$ > %(here)s/deaf; exec tail -f /dev/null"
startsecs = 0
stopwaitsecs = 600
`

// endStubborn ends the program of endless.
func endStubborn(t *testing.T, s *supervisortest.Supervisor) {
	t.Helper()
	text, err := os.ReadFile(s.Path("deaf"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// patientClient is a client whose calls to start and to stop take the time that
// they take: on a machine under load that may be more than half a second.
type patientClient struct{ fleet.Client }

func (c patientClient) StartProcess(ctx context.Context, id cesi.ProcessID) error {
	return c.Client.StartProcess(context.WithoutCancel(ctx), id)
}

func (c patientClient) BeginStop(ctx context.Context, id cesi.ProcessID) error {
	return c.Client.BeginStop(context.WithoutCancel(ctx), id)
}

func (c patientClient) StartGroup(ctx context.Context, group string) ([]cesi.CallResult, error) {
	return c.Client.StartGroup(context.WithoutCancel(ctx), group)
}

func (c patientClient) StartAll(ctx context.Context) ([]cesi.CallResult, error) {
	return c.Client.StartAll(context.WithoutCancel(ctx))
}

// patient makes a fleet's clients patient.
func patient(o *fleet.Options) {
	dial := o.Dial
	o.Dial = func(n cesi.Node) (fleet.Client, error) {
		c, err := dial(n)
		return patientClient{c}, err
	}
}

// briefly gives every answer of node n half a second.
func (h *harness) briefly(s *supervisortest.Supervisor) {
	h.Apply(fleet.Settings{Nodes: []cesi.Node{s.Node("n")}, PollInterval: 100 * time.Millisecond, ActionTimeout: 500 * time.Millisecond})
}

func TestControl_StopWithoutReplyIsUnknown(t *testing.T) {
	t.Parallel()
	h, s := start(t, stubborn)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	h.briefly(s)
	s.Pause()
	t.Cleanup(s.Resume)
	r := h.do(cesi.ActionRestart, "stubborn")
	if r.Result != cesi.UnknownEnd || !strings.Contains(r.Message.String(), "stopped: unknown, not started") {
		t.Errorf("%s: %s", r.Result, r.Message)
	}
}

func TestControl_RestartWaitsForSlowStop(t *testing.T) {
	t.Parallel()
	for name, processes := range map[string][]string{
		"single": {"stubborn"}, "selection": {"stubborn", "a"}, "node": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := start(t, endless+steady, patient)
			h.waitFile(s.Path("deaf"))
			h.waitState("stubborn", cesi.Running)
			before := s.ProcessPID("stubborn")
			h.briefly(s)
			op := h.begin(cesi.ActionRestart, processes...)
			h.wait("it to say that it waits", func() bool {
				return strings.Contains(op.Report().Message.String(), "stubborn:stubborn: stopping since ")
			})
			told := slices.ContainsFunc(h.journal.all(), func(e cesi.Activity) bool {
				return e.Result == cesi.Pending && strings.HasPrefix(e.Message.String(), "stopping since ")
			})
			if !told || h.state("stubborn") != cesi.Stopping {
				t.Errorf("the activity log tells that it waits: %v; it is %s", told, h.state("stubborn"))
			}
			endStubborn(t, s)
			if r := h.finish(op); r.Result != cesi.OK || strings.Contains(r.Message.String(), "stopping") {
				t.Errorf("%s: %s", r.Result, r.Message)
			}
			if s.State("stubborn") != "RUNNING" || s.ProcessPID("stubborn") == before {
				t.Errorf("it was not restarted: %s", s.Ctl("status"))
			}
		})
	}
}

func TestControl_StopWaitsForItsEffect(t *testing.T) {
	t.Parallel()
	h, s := start(t, stubborn, patient)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	h.briefly(s)
	if r := h.do(cesi.ActionStop, "stubborn"); r.Result != cesi.OK || s.State("stubborn") != "STOPPED" {
		t.Errorf("%s: %s, and it is %s", r.Result, r.Message, s.State("stubborn"))
	}
}

func TestControl_StopPreemptsWaitingRestart(t *testing.T) {
	t.Parallel()
	h, s := start(t, stubborn)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	restart := h.begin(cesi.ActionRestart, "stubborn")
	h.waitState("stubborn", cesi.Stopping)
	if r := h.do(cesi.ActionStop, "stubborn"); r.Result != cesi.OK {
		t.Errorf("the stop: %+v", r)
	}
	if r := h.finish(restart); r.Result != cesi.Failed || !strings.Contains(r.Message.String(), "maria stopped it instead") {
		t.Errorf("the restart: %+v", r)
	}
	if got := s.State("stubborn"); got != "STOPPED" {
		t.Errorf("supervisorctl says %s", got)
	}
}

func TestControl_RestartOfStoppingProcessWaits(t *testing.T) {
	t.Parallel()
	h, s := start(t, stubborn)
	h.waitFile(s.Path("deaf"))
	h.waitState("stubborn", cesi.Running)
	c, err := supervisor.New(s.Node("n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.BeginStop(t.Context(), id(t, "stubborn")); err != nil {
		t.Fatal(err)
	}
	h.waitState("stubborn", cesi.Stopping)
	if r := h.do(cesi.ActionRestart, "stubborn"); r.Result != cesi.OK || s.State("stubborn") != "RUNNING" {
		t.Errorf("%s: %s, and it is %s", r.Result, r.Message, s.State("stubborn"))
	}
}

func TestControl_OutlivesRequest(t *testing.T) {
	t.Parallel()
	h, s := start(t, steady)
	h.waitState("a", cesi.Running)
	ctx, cancel := context.WithCancel(t.Context())
	op, err := h.Control(ctx, operator, h.command(cesi.ActionRestart, "a"))
	cancel()
	if err != nil {
		t.Fatal(err)
	}
	if r := h.finish(op); r.Result != cesi.OK {
		t.Errorf("%+v", r)
	}
	if got := s.State("a"); got != "RUNNING" {
		t.Errorf("supervisorctl says %s", got)
	}
	if again, found := h.Operation(op.ID()); !found || again != op {
		t.Error("who comes back does not find the command")
	}
}

func TestDrain_BreaksOffSlowCommands(t *testing.T) {
	t.Parallel()
	h, _ := start(t, "[program:slow]\ncommand = tail -f /dev/null\nstartsecs = 25\nautostart = false\n")
	op := h.begin(cesi.ActionStart, "slow")
	h.waitState("slow", cesi.Starting)
	began := time.Now()
	h.Drain(50 * time.Millisecond)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if r := h.finish(op); r.Result != cesi.Interrupted {
		t.Errorf("%+v", r)
	}
	if _, err := h.Control(t.Context(), operator, h.command(cesi.ActionStop, "slow")); err == nil {
		t.Error("a command was taken after that")
	}
}

func TestControl_NeedsPermission(t *testing.T) {
	t.Parallel()
	h, _ := start(t, steady)
	h.waitState("a", cesi.Running)
	for _, role := range []cesi.Role{cesi.LogReader, cesi.Viewer, 99} {
		_, err := h.Control(t.Context(), cesi.Actor{User: "x", Role: role}, h.command(cesi.ActionStop, "a"))
		if cesi.KindOf(err) != cesi.Forbidden {
			t.Errorf("%v: %v", role, err)
		}
	}
	if h.state("a") != cesi.Running || len(h.journal.all()) > 0 {
		t.Error("something went out")
	}
}

func TestControl_StopSelfNeedsConfirmation(t *testing.T) {
	t.Parallel()
	restarts := make(chan struct{}, 1)
	// A program of the node counts as this CeSI.
	self := fleet.Self{Process: cesi.ProcessID{Group: "a", Name: "a"}, Proof: proven{}}
	options := func(o *fleet.Options) {
		o.Self = self
		o.RestartSelf = func() { restarts <- struct{}{} }
	}
	first, s := start(t, steady)
	first.waitState("a", cesi.Running)
	p, _ := first.node("n").Process(id(t, "a"))
	self.PID, self.Parent = p.PID, s.PID()
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n")}}, options)

	h.wait("it to be marked", func() bool { p, _ := h.node("n").Process(id(t, "a")); return p.Self })
	if got := results(h.do(cesi.ActionRestart)); got["a:a"] != cesi.Skipped || got["b:b"] != cesi.OK {
		t.Errorf("restart of all: %v", got)
	}
	if got := results(h.do(cesi.ActionStop)); got["a:a"] != cesi.Skipped || got["b:b"] != cesi.OK {
		t.Errorf("stop of all: %v", got)
	}
	if r := h.do(cesi.ActionRestart, "a"); r.Result != cesi.OK {
		t.Errorf("restart of itself: %+v", r)
	}
	<-restarts
	if again, _ := h.node("n").Process(id(t, "a")); again.PID != p.PID {
		t.Error("its process was restarted through supervisord")
	}
	kill := h.command(cesi.ActionSignal, "a")
	kill.Signal = "KILL"
	for _, c := range []fleet.Command{h.command(cesi.ActionStop, "a"), kill} {
		if _, err := h.Control(t.Context(), operator, c); cesi.KindOf(err) != cesi.Conflict {
			t.Errorf("a %s of itself without confirmation: %v", c.Action, err)
		}
	}
	c := h.command(cesi.ActionStop, "a")
	c.ConfirmSelf = "a:a"
	op, err := h.Control(t.Context(), operator, c)
	if err != nil || h.finish(op).Result != cesi.OK {
		t.Errorf("a confirmed stop of itself: %v", err)
	}
}

func TestControl_RestartOfFatalProcessSaysNotStopped(t *testing.T) {
	t.Parallel()
	h, s := start(t, "[program:bad]\ncommand = false\nautostart = false\nstartretries = 0\n")
	s.StartProcess("bad")
	s.WaitState("bad", "FATAL")
	if err := h.Poll(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	target := fleet.TargetProcess("n", cesi.ProcessID{Group: "bad", Name: "bad"})
	op, err := h.Control(t.Context(), operator, fleet.Command{Action: cesi.ActionRestart, Targets: []fleet.Target{target}})
	if err != nil {
		t.Fatal(err)
	}
	report := op.Wait(t.Context())
	if len(report.Outcomes) != 1 || report.Outcomes[0].Result != cesi.Failed || strings.Contains(report.Outcomes[0].Message.String(), "stopped") {
		t.Errorf("%+v", report.Outcomes)
	}
}
