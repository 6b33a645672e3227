package fleet

import (
	"context"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// send sends a command that neither starts nor stops to one process, and checks that the
// process ran before and after it: supervisord answers True even if it has done nothing.
func (r *run) send(ctx context.Context, s *step, j *job) Outcome {
	c, id := r.plan.command, j.ref.ProcessID
	before, err := s.ask(ctx, id)
	if err != nil {
		return failed(j.ref, err)
	}
	if !before.State.Signallable() {
		return failed(j.ref, notRunning(before.State))
	}
	if c.Action == cesi.ActionClearLogs {
		if err := before.CheckClear(); err != nil {
			return failed(j.ref, err)
		}
	}
	if err := r.sendOne(ctx, s, id); err != nil {
		if c.Action == cesi.ActionStdin && cesi.FaultOf(err) == cesi.FaultNoFile {
			err = cesi.Wrap(cesi.Conflict, err, "its standard input is closed")
		}
		return failed(j.ref, err)
	}
	o := Outcome{Ref: j.ref, Result: cesi.OK}
	after, err := s.ask(ctx, id)
	ended := err == nil && (!after.State.Signallable() || after.PID != before.PID)
	switch {
	case ended && c.Action != cesi.ActionSignal:
		return failed(j.ref, cesi.Errorf(cesi.Conflict, "it ended meanwhile (%s)", after.State))
	case ended:
		o.Message = cesi.T("it ended meanwhile (%s)", after.State)
	}
	return o
}

// notRunning is the error of a command that needs a running process.
func notRunning(state cesi.State) error {
	e := cesi.Errorf(cesi.Conflict, "it does not run (%s)", state)
	e.Fault = cesi.FaultNotRunning
	return e
}

func (r *run) sendOne(ctx context.Context, s *step, id cesi.ProcessID) error {
	c := r.plan.command
	return r.call(ctx, s, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, s.poller.config().Timeout)
		defer cancel()
		switch c.Action {
		case cesi.ActionSignal:
			return s.poller.client.Signal(ctx, id, c.Signal)
		case cesi.ActionStdin:
			return s.poller.client.SendStdin(ctx, id, c.Text)
		case cesi.ActionClearLogs:
			return s.poller.client.ClearLogs(ctx, id)
		default:
			return errNotExecuted(c.Action)
		}
	})
}

// errNotExecuted is the error of an action that is in the table of actions, but that no
// code executes.
func errNotExecuted(action cesi.Action) error { return fmt.Errorf("nothing executes %q", action) }

// startedSoon is how long a process without startsecs must run before its start counts
// as a success.
const startedSoon = 200 * time.Millisecond

// up returns the outcome of a start that supervisord reports as done: a process without
// startsecs may have ended at once.
func (r *run) up(ctx context.Context, s *step, j *job) Outcome {
	ok := Outcome{Ref: j.ref, Result: cesi.OK}
	p, err := s.ask(ctx, j.ref.ProcessID)
	if config := j.process.Config; err == nil && p.State == cesi.Running && config != nil && config.StartSecs == 0 {
		select {
		case <-time.After(startedSoon):
		case <-ctx.Done():
			return ok
		}
		p, err = s.ask(ctx, j.ref.ProcessID)
	}
	if err != nil || p.State == cesi.Running || p.State == cesi.Starting {
		return ok
	}
	return down(j.ref, p)
}

// down is the outcome of a start whose process has ended since.
func down(ref Ref, p cesi.Process) Outcome {
	if p.State == cesi.Exited && !p.UnexpectedExit() {
		return Outcome{Ref: ref, Result: cesi.OK, Message: cesi.T("it has ended already, with an expected exit status")}
	}
	err := cesi.Errorf(cesi.Fault, "it was started, but did not stay up (%s)", p.State)
	if p.SpawnErr != "" {
		err = cesi.Errorf(cesi.Fault, "it was started, but did not stay up (%s): %s", p.State, p.SpawnErr)
	}
	return failed(ref, err)
}
