package fleet

import (
	"context"
	"errors"
	"slices"
	"time"

	"cesi/internal/cesi"
)

// daemonRun is one running command to a supervisord itself.
type daemonRun struct {
	*ledger
	fleet   *Fleet
	command Command
	actor   cesi.Actor
	node    *Node
	asker
	timeout  time.Duration
	inFlight []*inflight
	groups   []*groupJob // of an update
	left     []Outcome   // groups that an update skips
}

// newDaemonRun takes the supervisord, and plans an update.
func (f *Fleet) newDaemonRun(ctx context.Context, n *Node, actor cesi.Actor, c Command) (*daemonRun, error) {
	p, err := f.poller(n.Name)
	if err != nil {
		return nil, err
	}
	if p.client == nil {
		return nil, p.dialErr
	}
	r := &daemonRun{ledger: f.newLedger(actor, c), fleet: f, command: c, actor: actor, node: n, asker: newAsker(p), timeout: f.actionTimeout()}
	p.use()
	if err := r.take(Ref{Node: n.Name}); err != nil {
		r.releaseAll()
		return nil, err
	}
	if err := r.prepare(ctx); err != nil {
		r.releaseAll()
		return nil, err
	}
	return r, nil
}

func (r *daemonRun) take(ref Ref) error {
	one, err := r.fleet.commands.inFlight.take(ref, r.command.Action, r.actor.User)
	if err == nil {
		r.inFlight = append(r.inFlight, one)
	}
	return err
}

func (r *daemonRun) releaseAll() {
	for _, one := range r.inFlight {
		r.fleet.commands.inFlight.end(one)
	}
	r.poller.release()
}

// prepare makes supervisord read its configuration before an update, to plan it, and
// before a reload: with a broken configuration supervisord would not come back.
func (r *daemonRun) prepare(ctx context.Context) error {
	switch r.command.Action {
	case cesi.ActionUpdate:
		changes, err := r.poller.reread(ctx)
		if err != nil {
			return err
		}
		r.planUpdate(changes)
	case cesi.ActionReload:
		_, err := r.poller.reread(ctx)
		if cesi.FaultOf(err) == cesi.FaultCantReread {
			return cesi.Wrap(cesi.Conflict, err, "It was not reloaded, because it would not come back: %s", cesi.TextOf(err))
		}
		if err != nil && cesi.FaultOf(err) != cesi.FaultUnknownMethod {
			return err
		}
	}
	return nil
}

// children are the groups with their own entry.
func (r *daemonRun) children() []Ref {
	var refs []Ref
	for _, j := range r.groups {
		refs = append(refs, j.ref)
	}
	return refs
}

// work sends the command and ends when it is done and the node is polled. If the
// command also ends this program, the next run completes its entry. It calls given
// before it releases what it has taken.
func (r *daemonRun) work(ctx context.Context, given func()) {
	over := r.execute(ctx)
	r.poller.forgetInfo()
	if over {
		r.op.add(r.left...)
		r.end(ctx)
		settle(ctx, r.poller)
	}
	given()
	r.releaseAll()
	r.poller.remark()
	if over {
		r.op.finish()
	}
}

// execute reports whether the command has ended.
func (r *daemonRun) execute(ctx context.Context) (over bool) {
	t, client := r.command.Targets[0], r.poller.client
	var ref Ref
	var err error
	switch r.command.Action {
	case cesi.ActionUpdate:
		return r.update(ctx)
	case cesi.ActionReload:
		return r.restartOrShutdown(ctx, client.Restart)
	case cesi.ActionShutdown:
		return r.restartOrShutdown(ctx, client.Shutdown)
	case cesi.ActionAddGroup:
		ref = groupRef(r.node, t.Group)
		if err = r.withNodeTimeout(ctx, func(ctx context.Context) error { return client.AddGroup(ctx, t.Group) }); err == nil {
			r.note(r.added(ctx, &groupJob{ref: ref, add: true}))
			return true
		}
	case cesi.ActionRemoveGroup:
		ref = groupRef(r.node, t.Group)
		err = r.withNodeTimeout(ctx, func(ctx context.Context) error { return client.RemoveGroup(ctx, t.Group) })
	case cesi.ActionClearMainLog:
		r.note(r.clearMainLog(ctx))
		return true
	default:
		err = errNotExecuted(r.command.Action)
	}
	r.note(outcomeOf(ref, cesi.Text{}, err))
	return true
}

func groupRef(n *Node, group string) Ref {
	return Ref{Node: n.Name, ProcessID: cesi.ProcessID{Group: group, Name: "*"}}
}

// withNodeTimeout makes a call that supervisord answers at once.
func (r *daemonRun) withNodeTimeout(ctx context.Context, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.poller.config().Timeout)
	defer cancel()
	return call(ctx)
}

func outcomeOf(ref Ref, message cesi.Text, err error) Outcome {
	if err != nil {
		return failed(ref, err)
	}
	return Outcome{Ref: ref, Result: cesi.OK, Message: message}
}

// restartOrShutdown sends a reload or shutdown and waits until the node shows that it
// is done.
func (r *daemonRun) restartOrShutdown(ctx context.Context, call func(context.Context) error) (over bool) {
	ref := Ref{Node: r.node.Name}
	var wanted []Ref
	if r.command.Action == cesi.ActionReload {
		wanted = r.wantRunning()
	}
	if err := r.withNodeTimeout(ctx, call); err != nil {
		o := failed(ref, err)
		r.notStarted(wanted, o)
		r.note(o)
		return true
	}
	if r.command.Action == cesi.ActionShutdown {
		r.clearWantedOn("")
	}
	r.sent(cesi.T("supervisord is shutting down"))
	began, told := r.now(), false
	message, err := r.poller.awaitEnd(ctx, r.command.Action, r.timeout, func() {
		if !told && r.now().Sub(began) >= tellStopping {
			told = true
			r.pending(ref, cesi.T("supervisord is shutting down since %s, and waits for its programs to stop", began.Format(clockLayout)))
		}
	})
	switch {
	case errors.Is(err, context.Canceled):
		return false
	case err != nil:
		o := Outcome{Ref: ref, Result: cesi.UnknownEnd, Message: cesi.TextOf(err), Err: err}
		r.notStarted(wanted, o)
		r.note(o)
	default:
		if len(wanted) > 0 {
			r.reloaded(ctx, wanted)
			r.poller.refresh(ctx)
			if now := ended(r.command.Action, r.poller.node()); now.ID != "" {
				message = now
			}
		}
		r.note(Outcome{Ref: ref, Result: cesi.OK, Message: message})
	}
	return true
}

const (
	// awaitPause is the pause between two polls of a node that is shutting down.
	awaitPause = 100 * time.Millisecond
	// leastSilence is how long a supervisord may be silent after its last answer that
	// it is shutting down.
	leastSilence = 5 * time.Second
)

// awaitEnd polls the node until it shows the result of a reload or shutdown, and
// returns it. While supervisord answers that it is shutting down, which lasts as long
// as its slowest program needs to stop, awaitEnd waits and calls meanwhile. It fails
// with Timeout, or with context.Canceled if ctx ends first.
func (p *poller) awaitEnd(ctx context.Context, action cesi.Action, timeout time.Duration, meanwhile func()) (cesi.Text, error) {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	for last := time.Now().Add(stopLimit); ; {
		p.refresh(ctx)
		if ctx.Err() == nil {
			if message := ended(action, p.node()); message.ID != "" {
				return message, nil
			}
			if n := p.node(); n.Status == Down && n.Failure.Cause == cesi.CauseShuttingDown && time.Now().Before(last) {
				timeout = max(timeout, leastSilence)
				deadline.Reset(timeout)
				meanwhile()
			}
		}
		select {
		case <-ctx.Done():
			return cesi.Text{}, context.Canceled
		case <-deadline.C:
			return cesi.Text{}, cesi.Errorf(cesi.Timeout, "it was sent, but its result was not seen within %s", timeout)
		case <-time.After(awaitPause):
		}
	}
}

// ended returns the result of a reload or shutdown, from the state of the node; empty if
// there is none yet. A supervisord that has accepted one refuses every poll, so an
// answered poll comes after it.
func ended(action cesi.Action, n *Node) cesi.Text {
	switch {
	case n.Status == Up && action == cesi.ActionShutdown:
		return cesi.T("it ended, and runs again")
	case n.Status == Up && action == cesi.ActionReload:
		return cesi.T("it is back, with %d of %d processes running so far", n.Counts.Running+n.Counts.Starting, n.Counts.Total)
	case n.Status == Up:
		return cesi.T("this CeSI was stopped by it, and runs again")
	case n.Status == Down && action == cesi.ActionShutdown &&
		slices.Contains([]cesi.Cause{cesi.CauseRefused, cesi.CauseUnreachable, cesi.CauseProxy}, n.Failure.Cause):
		return cesi.T("it has ended")
	default:
		return cesi.Text{}
	}
}
