package fleet

import (
	"context"
	"errors"
	"time"

	"cesi/internal/cesi"
)

const (
	// stopLimit bounds the wait for one process to end. supervisord kills it after its
	// stopwaitsecs, which 3.x does not report.
	stopLimit = 24 * time.Hour
	// firstLook and lastLook bound the pauses between two polls of a stopping process.
	firstLook = 50 * time.Millisecond
	lastLook  = 2 * time.Second
	// tellStopping is how long a stop takes before the activity log reports it.
	tellStopping = 2 * time.Second
	// stoppingSince begins that message.
	stoppingSince = "stopping since "
	// clockLayout is the layout of a time of today in a message.
	clockLayout = "15:04:05"
	// perAsking bounds the open polls of one command on one node.
	perAsking = 8
)

var (
	// errRespawned is the result of a stop whose process another client has started
	// again.
	errRespawned = errors.New("started again")
	// errPreempted is the result of a restart that waits when a stop preempts it.
	errPreempted = errors.New("preempted by a stop")
)

// asker polls processes of one node for one command.
type asker struct {
	poller *poller
	asks   chan struct{} // a slot for each open poll
}

func newAsker(p *poller) asker { return asker{poller: p, asks: make(chan struct{}, perAsking)} }

// look asks the node for one process now, and publishes the answer.
func (p *poller) look(ctx context.Context, id cesi.ProcessID) (cesi.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	process, err := p.client.Process(ctx, id)
	if err == nil {
		p.merge(process)
	}
	return process, err
}

// awaitDown waits until the node reports that a process is down after a stop. Failures
// of the node are ignored. It fails with errRespawned if the process is up again, with
// NotFound if it is gone, and with the error of meanwhile, which is called after each
// poll that shows it stopping.
func (a asker) awaitDown(ctx context.Context, id cesi.ProcessID, meanwhile func() error) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	for pause := firstLook; ; pause = min(pause*3/2, lastLook) {
		process, err := a.ask(ctx, id)
		switch {
		case err == nil && process.State.Active():
			return errRespawned
		case err == nil && process.State != cesi.Stopping:
			a.poller.fleet.wanted.change(Ref{Node: a.poller.name, ProcessID: id}, func(one *wantedProcess) { one.Started = process.Start })
			return nil
		case err != nil && cesi.KindOf(err) == cesi.NotFound:
			return err
		}
		if err := meanwhile(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// ask is look, with at most perAsking at a time.
func (a asker) ask(ctx context.Context, id cesi.ProcessID) (cesi.Process, error) {
	a.asks <- struct{}{}
	defer func() { <-a.asks }()
	return a.poller.look(ctx, id)
}

// call makes a call that starts or stops, at most perNode at a time, within the action
// timeout.
func (r *run) call(ctx context.Context, s *step, do func(context.Context) error) error {
	s.calls <- struct{}{}
	defer func() { <-s.calls }()
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	return do(ctx)
}

// stopOne stops one process and reports whether it may be started then.
func (r *run) stopOne(ctx context.Context, s *step, j *job) bool {
	err := r.stopAndWait(ctx, s, j)
	if r.plan.self == j.ref.String() && errors.Is(err, context.Canceled) {
		err = nil // it is this program, and it is ending
	}
	switch {
	case errors.Is(err, errRespawned):
		r.complete(s, r.restartedExternally(j.ref))
		return false
	case errors.Is(err, errPreempted):
		r.complete(s, preempted(j.ref, r.fleet.commands.inFlight.preemptingUser(s.inFlight[j.ref])))
		return false
	case err != nil:
		r.complete(s, r.stopFailed(j.ref, err))
		return false
	}
	if r.plan.command.Action == cesi.ActionStop {
		r.complete(s, Outcome{Ref: j.ref, Result: cesi.OK})
	}
	return true
}

// stopAndWait sends the stop and waits for its effect without a limit: action_timeout
// is only for the reply.
func (r *run) stopAndWait(ctx context.Context, s *step, j *job) error {
	err := r.callStop(ctx, s, j)
	if j.process.State == cesi.NotStarted && cesi.FaultOf(err) == cesi.FaultNotRunning {
		err = nil // the stop ends that it is wanted
	}
	if r.plan.command.Action == cesi.ActionRestart && cesi.FaultOf(err) == cesi.FaultNotRunning {
		err = nil // it ended by itself, or another client is stopping it
	}
	if err != nil {
		return err
	}
	began, told := r.now(), false
	return s.awaitDown(ctx, j.ref.ProcessID, func() error {
		if r.fleet.commands.inFlight.preemptingUser(s.inFlight[j.ref]) != "" {
			return errPreempted
		}
		if !told && r.now().Sub(began) >= tellStopping {
			told = true
			r.stopping(j.ref, began)
		}
		return nil
	})
}

// stopping reports a slow stop to callers that wait and to the activity log.
func (r *run) stopping(ref Ref, since time.Time) {
	clock := since.Format(clockLayout)
	if r.plan.command.Action == cesi.ActionRestart {
		r.pending(ref, cesi.T("stopping since %s; it is started once it has ended", clock))
		return
	}
	r.pending(ref, cesi.T("stopping since %s", clock))
}

// callStop sends the stop. A stop that preempted a start is repeated until that start
// has reached the node or ended: only then does the process stay down.
func (r *run) callStop(ctx context.Context, s *step, j *job) error {
	preempted := s.inFlight[j.ref].preempted
	deadline := time.After(r.timeout)
	for {
		over := preempted == nil || isClosed(preempted.done)
		err := r.call(ctx, s, func(ctx context.Context) error {
			return s.poller.client.BeginStop(ctx, j.ref.ProcessID)
		})
		if preempted == nil || cesi.FaultOf(err) != cesi.FaultNotRunning {
			return err
		}
		if over {
			return nil // the start had no chance: it is stopped, or stopping
		}
		select {
		case <-preempted.done:
		case <-time.After(retryStop):
		case <-deadline:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// restartedExternally is the outcome of a stop or restart that was followed by a start
// of another client.
func (r *run) restartedExternally(ref Ref) Outcome {
	if r.plan.command.Action == cesi.ActionRestart {
		return Outcome{Ref: ref, Result: cesi.OK, Message: cesi.T("it was started again by someone else")}
	}
	return failed(ref, cesi.Errorf(cesi.Conflict, "it was stopped, but started again by someone else"))
}

// stopFailed is the outcome of a failed stop. A stop without a reply in time may still
// have worked.
func (r *run) stopFailed(ref Ref, err error) Outcome {
	if cesi.KindOf(err) != cesi.Timeout && !errors.Is(err, context.DeadlineExceeded) {
		return failed(ref, err)
	}
	message := cesi.T("stopped: unknown (no answer within %s)", r.timeout)
	if r.plan.command.Action == cesi.ActionRestart {
		message = cesi.T("stopped: unknown, not started (no answer within %s)", r.timeout)
	}
	return Outcome{Ref: ref, Result: cesi.UnknownEnd, Message: message, Err: err}
}

// waiting reports whether the job must wait for its end before it can start.
func (j *job) waiting() bool { return j.active || j.process.State == cesi.Stopping }
