package fleet

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// perNode bounds the open starts and stops of one command on one node: for a start,
	// supervisord holds a connection until the process is up.
	perNode = 25
	// retryStop is the pause between two tries of a stop that preempted a start which
	// had not reached the node yet.
	retryStop = 50 * time.Millisecond
)

// execute executes one step: a whole group or node is first stopped and then started,
// in priority order; in a selection each process restarts independently.
func (r *run) execute(ctx context.Context, s *step) {
	r.want(s)
	if s.whole == nil || !r.plan.command.Action.Rule().ChangesState {
		r.parallel(s, s.jobs, func(j *job) { r.executeOne(ctx, s, j) })
		return
	}
	jobs := s.jobs
	if r.plan.command.Action != cesi.ActionStart {
		jobs = r.stopWhole(ctx, s)
	}
	if r.plan.command.Action != cesi.ActionStop {
		r.startWhole(ctx, s, jobs)
	}
}

func (r *run) parallel(s *step, jobs []*job, do func(*job)) {
	var all sync.WaitGroup
	for _, j := range jobs {
		all.Go(func() {
			if err := r.fleet.contain("command on "+j.ref.String(), func() { do(j) }); err != nil {
				r.breakOff(s, []*job{j}, err)
			}
		})
	}
	all.Wait()
}

func (r *run) executeOne(ctx context.Context, s *step, j *job) {
	if j.restarted {
		r.complete(s, Outcome{Ref: j.ref, Result: cesi.OK, Message: cesi.T("CeSI is restarting itself")})
		return
	}
	switch action := r.plan.command.Action; {
	case !action.Rule().ChangesState:
		r.complete(s, r.send(ctx, s, j))
	case action == cesi.ActionStop:
		r.stopOne(ctx, s, j)
	case action == cesi.ActionRestart:
		if !j.waiting() || r.stopOne(ctx, s, j) {
			r.startOne(ctx, s, j)
		}
	case action == cesi.ActionStart:
		r.startOne(ctx, s, j)
	default:
		r.complete(s, failed(j.ref, errNotExecuted(action)))
	}
}

func (r *run) startOne(ctx context.Context, s *step, j *job) {
	if by := r.fleet.commands.inFlight.preemptingUser(s.inFlight[j.ref]); by != "" {
		r.complete(s, preempted(j.ref, by))
		return
	}
	err := r.call(ctx, s, func(ctx context.Context) error {
		return s.poller.client.StartProcess(ctx, j.ref.ProcessID)
	})
	r.complete(s, r.started(ctx, s, j, err))
}

// started returns the outcome of a start, with the reason from the node.
func (r *run) started(ctx context.Context, s *step, j *job, err error) Outcome {
	ref := j.ref
	if err == nil {
		return r.up(ctx, s, j)
	}
	if by := r.fleet.commands.inFlight.preemptingUser(s.inFlight[ref]); by != "" {
		return preempted(ref, by)
	}
	restart := r.plan.command.Action == cesi.ActionRestart && j.waiting()
	if restart && cesi.FaultOf(err) == cesi.FaultAlreadyStarted {
		return r.restartedExternally(ref)
	}
	if cesi.FaultOf(err) == cesi.FaultAbnormalTermination { // perhaps it ended too quickly for supervisord
		if p, err := s.ask(ctx, ref.ProcessID); err == nil && p.State == cesi.Exited {
			return down(ref, p)
		}
	}
	o := failed(ref, err)
	if fault := cesi.FaultOf(err); fault == cesi.FaultSpawnError || fault == cesi.FaultAbnormalTermination {
		if p, err := s.poller.client.Process(ctx, ref.ProcessID); err == nil && p.SpawnErr != "" {
			o.Message = cesi.T("%s: %s", o.Message, p.SpawnErr)
		}
	}
	if restart && o.Result == cesi.Failed {
		o.down = o.Message
		o.Message = cesi.T("stopped, but not started: %s", o.Message)
	}
	return o
}

func preempted(ref Ref, by string) Outcome {
	return failed(ref, cesi.Errorf(cesi.Conflict, "%s stopped it instead", by))
}

// stopWhole stops the running processes of a group or node, and returns the jobs that
// may be started: those stopped, and those that did not run.
func (r *run) stopWhole(ctx context.Context, s *step) []*job {
	var stops, rest []*job
	for _, j := range s.jobs {
		if j.waiting() || r.plan.command.Action == cesi.ActionStop {
			stops = append(stops, j)
		} else {
			rest = append(rest, j)
		}
	}
	if len(stops) == 0 {
		return rest
	}
	var mu sync.Mutex
	sets := byPriority(stops)
	slices.Reverse(sets)
	for _, set := range sets {
		r.parallel(s, set, func(j *job) {
			if r.stopOne(ctx, s, j) {
				mu.Lock()
				defer mu.Unlock()
				rest = append(rest, j)
			}
		})
	}
	return rest
}

// callWhole makes one call of supervisord for the whole group or node, and returns its
// results by process.
func (r *run) callWhole(ctx context.Context, s *step, all func(context.Context) ([]cesi.CallResult, error),
	group func(context.Context, string) ([]cesi.CallResult, error),
) (map[cesi.ProcessID]error, error) {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	if s.whole.Group != "" {
		all = func(ctx context.Context) ([]cesi.CallResult, error) { return group(ctx, s.whole.Group) }
	}
	results, err := all(ctx)
	errs := make(map[cesi.ProcessID]error, len(results))
	for _, result := range results {
		errs[result.ProcessID] = result.Err
	}
	return errs, err
}

// startWhole starts the jobs of a group or node in priority order.
func (r *run) startWhole(ctx context.Context, s *step, jobs []*job) {
	if s.exactStart && len(jobs) == len(s.jobs) && !r.anyPreempted(s) {
		r.startExact(ctx, s)
		return
	}
	for _, set := range byPriority(jobs) {
		r.parallel(s, set, func(j *job) { r.startOne(ctx, s, j) })
	}
}

func (r *run) anyPreempted(s *step) bool {
	return slices.ContainsFunc(s.jobs, func(j *job) bool {
		return r.fleet.commands.inFlight.preemptingUser(s.inFlight[j.ref]) != ""
	})
}

// startExact lets supervisord start the group or node in its own order.
func (r *run) startExact(ctx context.Context, s *step) {
	errs, err := r.callWhole(ctx, s, s.poller.client.StartAll, s.poller.client.StartGroup)
	r.parallel(s, s.jobs, func(j *job) {
		r.complete(s, r.started(ctx, s, j, cmp.Or(err, errs[j.ref.ProcessID])))
	})
}
