package fleet

import (
	"context"
	"errors"
	"slices"
	"sync"

	"cesi/internal/cesi"
)

// groupJob is one group in an update.
type groupJob struct {
	ref         Ref
	remove, add bool // both: it has changed
	self        bool // it contains this program, so its stop ends us

	wanted  []Ref     // processes that were stopped to be started again
	telling sync.Once // reports a slow stop
}

// planUpdate lists the groups of an update in supervisorctl's order: removed, changed,
// added. The group of this program is skipped, unless it was chosen by name; then it
// comes last.
func (r *daemonRun) planUpdate(changes cesi.Changes) {
	for _, group := range changes.Removed {
		r.planGroup(&groupJob{ref: groupRef(r.node, group), remove: true})
	}
	for _, group := range changes.Changed {
		r.planGroup(&groupJob{ref: groupRef(r.node, group), remove: true, add: true})
	}
	for _, group := range changes.Added {
		r.planGroup(&groupJob{ref: groupRef(r.node, group), add: true})
	}
	slices.SortStableFunc(r.groups, func(a, b *groupJob) int {
		switch {
		case a.self == b.self:
			return 0
		case a.self:
			return 1
		default:
			return -1
		}
	})
	all := slices.Concat(changes.Removed, changes.Changed, changes.Added)
	for _, t := range r.command.Targets {
		if t.Group != "" && !slices.Contains(all, t.Group) {
			r.left = append(r.left, Outcome{Ref: groupRef(r.node, t.Group), Result: cesi.Skipped, Skip: SkipUnchanged, Message: SkipUnchanged.Text()})
		}
	}
}

func (r *daemonRun) planGroup(j *groupJob) {
	chosen := r.command.chose(j.ref.Group)
	if !chosen && r.command.Targets[0].Group != "" {
		return
	}
	self, found := r.node.OwnProcess()
	j.self = found && self.Group == j.ref.Group
	if j.self && !chosen {
		r.left = append(r.left, Outcome{Ref: j.ref, Result: cesi.Skipped, Skip: SkipHasSelf, Message: SkipHasSelf.Text()})
		return
	}
	if err := r.takeGroup(j); err != nil {
		r.left = append(r.left, failed(j.ref, err))
		return
	}
	r.groups = append(r.groups, j)
}

// takeGroup takes the processes of a group that will be stopped.
func (r *daemonRun) takeGroup(j *groupJob) error {
	if !j.remove {
		return nil
	}
	for _, p := range r.node.Processes {
		if p.Group != j.ref.Group {
			continue
		}
		if err := r.take(Ref{Node: r.node.Name, ProcessID: p.ProcessID}); err != nil {
			return err
		}
	}
	return nil
}

// update applies the groups, one after the other.
func (r *daemonRun) update(ctx context.Context) (over bool) {
	for _, j := range r.groups {
		if j.self {
			r.sent(cesi.T("supervisord is stopping this CeSI itself, as was confirmed"), j.ref)
		}
		o := r.applyGroup(ctx, j)
		if j.self && errors.Is(o.Err, context.Canceled) {
			return false
		}
		r.notStarted(j.wanted, o)
		r.note(o)
	}
	return true
}

// applyGroup stops, removes and adds one group, and returns the outcome.
func (r *daemonRun) applyGroup(ctx context.Context, j *groupJob) Outcome {
	client, group := r.poller.client, j.ref.Group
	if j.remove {
		stops, err := r.toStop(ctx, group)
		if err != nil {
			return failed(j.ref, err)
		}
		if err := r.stopGroup(ctx, j, stops); err != nil {
			return r.notStopped(j.ref, err)
		}
		if err := r.withNodeTimeout(ctx, func(ctx context.Context) error { return client.RemoveGroup(ctx, group) }); err != nil {
			return failed(j.ref, err)
		}
	}
	if !j.add {
		return Outcome{Ref: j.ref, Result: cesi.OK, Message: cesi.T("stopped and removed")}
	}
	err := r.withNodeTimeout(ctx, func(ctx context.Context) error { return client.AddGroup(ctx, group) })
	switch {
	case err != nil && j.remove:
		return failed(j.ref, cesi.Wrap(cesi.KindOf(err), err, "removed, but not added again: %s", cesi.TextOf(err)))
	case err != nil:
		return failed(j.ref, err)
	}
	return r.added(ctx, j)
}

// added is the outcome of a group that supervisord has just added.
func (r *daemonRun) added(ctx context.Context, j *groupJob) Outcome {
	began := r.awaitBegun(ctx, j.ref.Group)
	r.started(j.wanted, slices.Concat(began.up, began.left))
	var err error
	if len(began.down) > 0 {
		first := began.down[0]
		if j.remove {
			err = cesi.Errorf(cesi.Fault, "stopped, removed and added again, but %s: %s", first.ProcessID, first.why)
		} else {
			err = cesi.Errorf(cesi.Fault, "added, but %s: %s", first.ProcessID, first.why)
		}
	}
	switch {
	case err != nil:
		return failed(j.ref, err)
	case j.remove:
		return Outcome{Ref: j.ref, Result: cesi.OK, Message: cesi.T("stopped, removed and added again")}
	default:
		return Outcome{Ref: j.ref, Result: cesi.OK, Message: cesi.T("added")}
	}
}
