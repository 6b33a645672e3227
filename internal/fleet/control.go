package fleet

import (
	"context"
	"errors"
	"time"

	"cesi/internal/cesi"
)

// settleTime bounds the wait for the poll after a command.
const settleTime = time.Second

// Control plans a command and sends it. Errors are those of Plan and Send.
func (f *Fleet) Control(ctx context.Context, actor cesi.Actor, c Command) (*Operation, error) {
	plan, err := f.Plan(ctx, actor, c)
	if err != nil {
		return nil, err
	}
	return f.Send(ctx, actor, plan)
}

// Plan checks the actor's permission and resolves a command against the snapshot. Nodes
// that did not answer last time are polled only if nothing is known without. Errors:
// Forbidden, Invalid, NotFound, Unreachable.
func (f *Fleet) Plan(ctx context.Context, actor cesi.Actor, c Command) (*Plan, error) {
	if !actor.Role.Can(c.Action.Rule().Permission) {
		return nil, cesi.Errorf(cesi.Forbidden, "your role, %s, does not allow this", actor.Role)
	}
	plan, err := f.Snapshot().plan(c)
	if unanswered(err) && f.askSilent(ctx, c.Targets) {
		plan, err = f.Snapshot().plan(c)
	}
	return plan, err
}

// Send executes every command. It polls those of its nodes that did not answer last time,
// checks the actor's permission and the confirmation, takes the processes, stores the
// activity entries, and sends the command in the background: ctx does not bound the
// command itself. Errors: Forbidden, Unreachable, Busy, or Conflict if
// the command is not confirmed.
func (f *Fleet) Send(ctx context.Context, actor cesi.Actor, plan *Plan) (*Operation, error) {
	if !actor.Role.Can(plan.command.Action.Rule().Permission) {
		return nil, cesi.Errorf(cesi.Forbidden, "your role, %s, does not allow this", actor.Role)
	}
	if f.askSilent(ctx, plan.command.Targets) {
		var err error
		if plan, err = f.Snapshot().plan(plan.command); err != nil {
			return nil, err
		}
	}
	if err := plan.command.CheckConfirmed(plan.Preview()); err != nil {
		return nil, err
	}
	if err := f.commands.begin(); err != nil {
		return nil, err
	}
	r, err := f.newRunner(ctx, actor, plan)
	if err != nil {
		f.commands.running.Done()
		return nil, err
	}
	r.begin(context.WithoutCancel(ctx), r.children())
	f.commands.remember(r.operation())
	go r.contained(f.commands.ctx)
	return r.operation(), nil
}

// runner is a command that has taken its processes or its supervisord.
type runner interface {
	children() []Ref
	begin(ctx context.Context, targets []Ref)
	operation() *Operation
	contained(ctx context.Context)
}

func (f *Fleet) newRunner(ctx context.Context, actor cesi.Actor, plan *Plan) (runner, error) {
	if plan.node != nil {
		return f.newDaemonRun(ctx, plan.node, actor, plan.command)
	}
	return f.newRun(plan, actor)
}

// CheckConfirmed fails with Conflict if a name must be typed before the command, and was
// not.
func (c Command) CheckConfirmed(p Preview) error {
	switch {
	case p.TypedNode != "":
		if c.ConfirmNode != p.TypedNode {
			return cesi.Errorf(cesi.Conflict, "a shutdown can't be undone from here: confirm by naming the node, %s", p.TypedNode)
		}
		return nil
	case p.Self == "" || c.ConfirmSelf == p.Self:
		return nil
	case p.MaybeSelf:
		return cesi.Errorf(cesi.Conflict,
			"%s may be this CeSI itself, and once stopped it could not start itself again: confirm by naming it", p.Self)
	case c.Action.OnDaemon():
		return cesi.Errorf(cesi.Conflict, "%s is this CeSI itself, and would not come back: confirm by naming it", p.Self)
	default:
		return cesi.Errorf(cesi.Conflict,
			"%s is this CeSI itself, and once stopped it can't start itself again: confirm by naming it", p.Self)
	}
}

// askSilent polls the targets' nodes that did not answer last time: users often send a
// command right after they have repaired a node. It reports whether there were any.
func (f *Fleet) askSilent(ctx context.Context, targets []Target) bool {
	snapshot := f.Snapshot()
	var silent []*poller
	asked := make(map[string]bool)
	for _, t := range targets {
		node, found := snapshot.Node(t.Node)
		if !found || node.Status == Up || asked[t.Node] {
			continue
		}
		asked[t.Node] = true
		if p, err := f.poller(t.Node); err == nil {
			silent = append(silent, p)
		}
	}
	refreshAll(ctx, silent)
	return len(silent) > 0
}

func refreshAll(ctx context.Context, pollers []*poller) {
	done := make(chan struct{})
	for _, p := range pollers {
		go func() {
			defer func() { done <- struct{}{} }()
			_ = p.fleet.contain("ask node "+p.name, func() { p.refresh(ctx) })
		}()
	}
	for range pollers {
		<-done
	}
}

// run is one running command.
type run struct {
	*ledger
	fleet   *Fleet
	plan    *Plan
	actor   cesi.Actor
	timeout time.Duration
	steps   []*step
	refused []Outcome // targets that were busy
}

// step is a part of the plan with its node.
type step struct {
	*part
	asker
	inFlight map[Ref]*inflight
	calls    chan struct{} // a slot for each open start or stop
}

// newRun takes every process of the plan. A single busy process is an error; of many,
// busy processes are refused and the others continue.
func (f *Fleet) newRun(plan *Plan, actor cesi.Actor) (*run, error) {
	r := &run{ledger: f.newLedger(actor, plan.command), fleet: f, plan: plan, actor: actor, timeout: f.actionTimeout()}
	for _, part := range plan.parts {
		p, err := f.poller(part.node.Name)
		if err != nil {
			r.releaseAll()
			return nil, err
		}
		s := &step{part: part, asker: newAsker(p), inFlight: make(map[Ref]*inflight), calls: make(chan struct{}, perNode)}
		p.use()
		r.steps = append(r.steps, s)
		if err := r.take(s); err != nil {
			r.releaseAll()
			return nil, err
		}
	}
	return r, nil
}

func (r *run) take(s *step) error {
	var free []*job
	for _, j := range s.jobs {
		one, err := r.fleet.commands.inFlight.take(j.ref, r.plan.command.Action, r.actor.User)
		if err != nil {
			if !r.many() {
				return err
			}
			r.refused = append(r.refused, failed(j.ref, err))
			s.exactStart = false
			continue
		}
		s.inFlight[j.ref] = one
		free = append(free, j)
	}
	s.jobs = free
	return nil
}

func (r *run) releaseAll() {
	for _, s := range r.steps {
		for _, one := range s.inFlight {
			r.fleet.commands.inFlight.end(one)
		}
		s.poller.release()
	}
}

func (r *run) many() bool { return !r.plan.command.single() }

// children are the targets with their own entry: those of a command on many.
func (r *run) children() []Ref {
	if !r.many() {
		return nil
	}
	var refs []Ref
	for _, s := range r.steps {
		for _, j := range s.jobs {
			refs = append(refs, j.ref)
		}
	}
	for _, o := range r.plan.silent {
		refs = append(refs, o.Ref)
	}
	return refs
}

// work sends the command to all its nodes at once, and ends when each of them is done
// and polled.
func (r *run) work(ctx context.Context) {
	r.op.add(r.refused...)
	for _, o := range r.plan.silent {
		r.note(o)
	}
	done := make(chan struct{})
	for _, s := range r.steps {
		go func() {
			defer func() { done <- struct{}{} }()
			if err := r.fleet.contain("command on "+s.poller.name, func() { r.workStep(ctx, s) }); err != nil {
				r.breakOff(s, s.jobs, err)
			}
		}()
	}
	for range r.steps {
		<-done
	}
	r.op.add(r.plan.skipped...)
	r.end(ctx)
	r.settle(ctx)
	r.op.finish()
	r.restartSelf()
}

func (r *run) workStep(ctx context.Context, s *step) {
	defer s.poller.release()
	if s.poller.client == nil {
		for _, j := range s.jobs {
			r.complete(s, failed(j.ref, s.poller.dialErr))
		}
		return
	}
	if err := s.poller.node().Unanswered(); err != nil {
		for _, j := range s.jobs {
			r.complete(s, failed(j.ref, err))
		}
		return
	}
	r.execute(ctx, s)
}

// complete records the outcome of one process and releases the process.
func (r *run) complete(s *step, o Outcome) {
	defer func() {
		r.fleet.commands.inFlight.end(s.inFlight[o.Ref])
		s.poller.remark()
	}()
	r.clearWanted(s, o)
	r.note(o)
}

func (r *run) settle(ctx context.Context) {
	var pollers []*poller
	for _, s := range r.steps {
		pollers = append(pollers, s.poller)
	}
	settle(ctx, pollers...)
}

// settle polls the nodes, so that the sender of a command sees its effect. It waits
// only briefly.
func settle(ctx context.Context, pollers ...*poller) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	refreshAll(ctx, pollers)
}

// nodeCount is the number of nodes in the configuration.
func (f *Fleet) nodeCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.settings.Nodes)
}

func (f *Fleet) actionTimeout() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.settings.ActionTimeout
}

func (r *run) restartSelf() {
	for _, s := range r.steps {
		for _, j := range s.jobs {
			if j.restarted && r.fleet.opts.RestartSelf != nil {
				r.fleet.opts.RestartSelf()
			}
		}
	}
}

func failed(ref Ref, err error) Outcome {
	o := Outcome{Ref: ref, Result: cesi.Failed, Message: cesi.TextOf(err), Err: err}
	if errors.Is(err, context.Canceled) {
		o.Result, o.Message = cesi.Interrupted, cesi.T("CeSI was stopped")
	}
	return o
}
