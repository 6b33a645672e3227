package fleet

import (
	"context"
	"errors"
	"time"

	"cesi/internal/cesi"
)

// anewAfter is how long processes have to be up anew before a stop of them is
// given up: its answer is perhaps on its way.
const anewAfter = time.Second

// errAnew is how a stop ends whose process somebody else has started again.
var errAnew = errors.New("up anew")

// stopOf runs a stop of the jobs. supervisord answers one when it has seen the
// processes down, which it may never do with one that somebody else starts again
// at that moment. So it ends as well, with errAnew, when each is down, or up as
// another process than it was, for a while.
func (r *run) stopOf(ctx context.Context, s *step, jobs []*job, call func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		_ = r.fleet.contain("watch a stop on "+s.poller.name, func() { s.watchAnew(ctx, jobs, cancel) })
	}()
	err := call(ctx)
	if err != nil && errors.Is(context.Cause(ctx), errAnew) {
		return errAnew
	}
	return err
}

// watchAnew cancels a stop of the jobs when they are up anew for a while.
func (s *step) watchAnew(ctx context.Context, jobs []*job, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(quickEvery)
	defer tick.Stop()
	for since := time.Now(); time.Since(since) < anewAfter; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !s.someAnew(jobs) {
			since = time.Now()
		}
	}
	cancel(errAnew)
}

// someAnew reports whether nothing is left to stop of the jobs, but some are up
// anew.
func (s *step) someAnew(jobs []*job) bool {
	n, some := s.poller.node(), false
	for _, j := range jobs {
		p, found := n.Process(j.ref.ProcessID)
		switch {
		case !found || n.Status != Up:
			return false
		case s.anew(j):
			some = true
		case p.State.Active() || p.State == cesi.Stopping:
			return false
		}
	}
	return some
}

// anew reports whether the process is up, as another one than when the job began.
func (s *step) anew(j *job) bool {
	p, found := s.poller.node().Process(j.ref.ProcessID)
	return found && p.State.Active() && p.PID != j.process.PID && p.Start >= j.process.Start
}

// startedByOthers is how a stop or restart went that somebody else's start followed.
func (r *run) startedByOthers(ref Ref) Outcome {
	if r.plan.command.Action == cesi.ActionRestart {
		return Outcome{Ref: ref, Result: cesi.OK, Message: "somebody else has started it again"}
	}
	return failed(ref, cesi.Errorf(cesi.Conflict, "it was stopped, but somebody else has started it again"))
}
