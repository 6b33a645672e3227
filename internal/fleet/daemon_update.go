package fleet

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cesi/internal/cesi"
)

// groupJob is one group that an update takes up.
type groupJob struct {
	ref         Ref
	remove, add bool // both: it has changed
	self        bool // it has this program, so that its stop ends us
}

// planUpdate works out which groups an update takes up, in supervisorctl's order:
// removed, changed, added. The group of this program is left alone, unless it was
// chosen by name; then it comes last.
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
			r.left = append(r.left, Outcome{Ref: groupRef(r.node, t.Group), Result: cesi.Skipped, Message: "its configuration has not changed"})
		}
	}
}

func (r *daemonRun) planGroup(j *groupJob) {
	chosen := r.command.chose(j.ref.Group)
	if !chosen && r.command.Targets[0].Group != "" {
		return
	}
	self, found := r.node.Self()
	j.self = found && self.Group == j.ref.Group
	if j.self && !chosen {
		r.left = append(r.left, Outcome{Ref: j.ref, Result: cesi.Skipped, Message: "it has this CeSI itself"})
		return
	}
	if err := r.takeGroup(j); err != nil {
		r.left = append(r.left, failed(j.ref, err))
		return
	}
	r.groups = append(r.groups, j)
}

// takeGroup takes the processes of a group that is to be stopped.
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

// update takes up the groups, one after the other.
func (r *daemonRun) update(ctx context.Context) (over bool) {
	for _, j := range r.groups {
		if j.self {
			r.sent("supervisord is stopping this CeSI itself, as was confirmed", j.ref)
		}
		message, err := r.takeUp(ctx, j)
		if j.self && errors.Is(err, context.Canceled) {
			return false
		}
		r.note(outcomeOf(j.ref, message, err))
	}
	return true
}

// takeUp stops, removes and adds one group, and says what was done.
func (r *daemonRun) takeUp(ctx context.Context, j *groupJob) (string, error) {
	client, group := r.poller.client, j.ref.Group
	if j.remove {
		if err := r.stopGroup(ctx, group); err != nil {
			return "", err
		}
		if err := r.brief(ctx, func(ctx context.Context) error { return client.RemoveGroup(ctx, group) }); err != nil {
			return "", err
		}
	}
	if !j.add {
		return "stopped and removed", nil
	}
	if err := r.brief(ctx, func(ctx context.Context) error { return client.AddGroup(ctx, group) }); err != nil {
		if j.remove {
			return "", cesi.Wrap(cesi.KindOf(err), err, "removed, but not added again: %s", cesi.Sentence(err))
		}
		return "", err
	}
	if j.remove {
		return "stopped, removed and added again", nil
	}
	return "added", nil
}

// stopGroup stops what runs of a group. That a process had ended by itself is
// fine; another's failure is told, because the group can't be removed then.
func (r *daemonRun) stopGroup(ctx context.Context, group string) error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	results, err := r.poller.client.StopGroup(ctx, group)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return cesi.Wrap(cesi.Timeout, err, "it did not stop within %s, and stays as it was", r.timeout)
	}
	if err != nil {
		return err
	}
	for _, result := range results {
		if result.Err != nil && cesi.FaultOf(result.Err) != cesi.FaultNotRunning {
			return fmt.Errorf("stop %s: %w", result.ProcessID, result.Err)
		}
	}
	return nil
}
