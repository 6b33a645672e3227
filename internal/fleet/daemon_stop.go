package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// stopGroup stops the processes of a group, in reverse priority order, and waits until
// all are down, without a limit: action_timeout is only for the replies.
func (r *daemonRun) stopGroup(ctx context.Context, j *groupJob, stops []*job) error {
	if j.add {
		r.wantGroup(ctx, j, stops)
	} else {
		r.clearWantedOn(j.ref.Group)
	}
	sets := byPriority(stops)
	slices.Reverse(sets)
	for _, set := range sets {
		if err := r.stopSet(ctx, j, set); err != nil {
			return err
		}
	}
	return nil
}

// toStop asks the node which processes of a group are not down. The last poll may have
// shown others.
func (r *daemonRun) toStop(ctx context.Context, group string) ([]*job, error) {
	all, err := r.processes(ctx)
	if err != nil {
		return nil, err
	}
	var stops []*job
	for _, p := range all {
		if p.Group != group {
			continue
		}
		known, _ := r.node.Process(p.ProcessID)
		j := newJob(r.node, Process{Process: p, Config: known.Config})
		if j.waiting() {
			stops = append(stops, j)
		}
	}
	return stops, nil
}

// stopSet stops processes at once, and returns the first error when each has ended or
// failed.
func (r *daemonRun) stopSet(ctx context.Context, j *groupJob, set []*job) error {
	errs := make([]error, len(set))
	var all sync.WaitGroup
	for i, stop := range set {
		all.Go(func() {
			err := r.fleet.contain("stop "+stop.ref.String(), func() { errs[i] = r.stopOne(ctx, j, stop.ref.ProcessID) })
			if err != nil {
				errs[i] = err
			}
		})
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("stop %s: %w", set[i].ref.ProcessID, err)
		}
	}
	return nil
}

// stopOne stops one process of a group. It is no error if the process has ended by
// itself.
func (r *daemonRun) stopOne(ctx context.Context, j *groupJob, id cesi.ProcessID) error {
	began := r.now()
	answer, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if err := r.poller.client.BeginStop(answer, id); err != nil && cesi.FaultOf(err) != cesi.FaultNotRunning {
		return err
	}
	err := r.awaitDown(ctx, id, func() error {
		if r.now().Sub(began) >= tellStopping && !j.self {
			j.telling.Do(func() {
				r.pending(j.ref, cesi.T("stopping since %s; the update goes on once it has ended", began.Format(clockLayout)))
			})
		}
		return nil
	})
	if cesi.KindOf(err) == cesi.NotFound && err != nil {
		return nil // another client has removed it
	}
	return err
}

// notStopped is the outcome of a group that could not be stopped.
func (r *daemonRun) notStopped(ref Ref, err error) Outcome {
	switch {
	case errors.Is(err, errRespawned):
		return failed(ref, cesi.Errorf(cesi.Conflict, "it was stopped, but started again by someone else"))
	case cesi.KindOf(err) == cesi.Timeout || errors.Is(err, context.DeadlineExceeded):
		return Outcome{Ref: ref, Result: cesi.UnknownEnd, Err: err,
			Message: cesi.T("stopped: unknown, not updated (no answer within %s)", r.timeout)}
	default:
		return failed(ref, err)
	}
}
