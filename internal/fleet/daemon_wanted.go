package fleet

import (
	"context"
	"slices"

	"cesi/internal/cesi"
)

// wantGroup records, before anything is sent, which processes of a group an update
// stops and supervisord then starts again. Processes without autostart in the new
// configuration are not among them: that may be the purpose of the update.
func (r *daemonRun) wantGroup(ctx context.Context, j *groupJob, stops []*job) {
	starts := r.autostart(ctx)
	stops = slices.DeleteFunc(slices.Clone(stops), func(s *job) bool { return !starts.has(s.ref.ProcessID) })
	j.wanted = r.want(stops)
}

// wantRunning records the running processes of a node before a restart of its
// supervisord.
func (r *daemonRun) wantRunning() []Ref {
	var stops []*job
	for _, p := range r.node.Processes {
		if j := newJob(r.node, p); j.active && !p.Self {
			stops = append(stops, j)
		}
	}
	return r.want(stops)
}

func (r *daemonRun) want(stops []*job) []Ref {
	refs := make([]Ref, len(stops))
	for i, stop := range stops {
		refs[i] = stop.ref
		r.fleet.wanted.add(wantedProcess{pid: stop.process.PID, Wanted: cesi.Wanted{
			Node: stop.ref.Node, ProcessID: stop.ref.ProcessID, Since: r.now(), By: r.actor.User,
			Activity: r.entry.ID, Started: stop.process.Start,
		}})
	}
	r.fleet.wanted.save(refs)
	return refs
}

// clearWantedOn removes the wanted processes of a stopped group, or of the node if group
// is empty.
func (r *daemonRun) clearWantedOn(group string) {
	r.fleet.wanted.save(r.fleet.wanted.removeOn(r.node.Name, group))
}

// started removes the wanted processes that came up.
func (r *daemonRun) started(wanted []Ref, up []cesi.ProcessID) {
	var refs []Ref
	for _, ref := range wanted {
		if slices.Contains(up, ref.ProcessID) && r.fleet.wanted.remove(ref) {
			refs = append(refs, ref)
		}
	}
	r.fleet.wanted.save(refs)
}

// notStarted records why the processes that are still wanted were not started.
func (r *daemonRun) notStarted(wanted []Ref, o Outcome) {
	var refs []Ref
	for _, ref := range wanted {
		if r.fleet.wanted.change(ref, func(one *wantedProcess) { one.ended(o, r.now()) }) {
			refs = append(refs, ref)
		}
	}
	r.fleet.wanted.save(refs)
}

// reloaded waits until a restarted supervisord has begun to start processes with
// autostart, and records why other processes that had run were not started.
func (r *daemonRun) reloaded(ctx context.Context, wanted []Ref) {
	began := r.awaitBegun(ctx, "")
	r.started(wanted, began.up)
	for _, p := range began.down {
		r.notStarted([]Ref{{Node: r.node.Name, ProcessID: p.ProcessID}}, Outcome{Message: p.why})
	}
	for _, id := range began.left {
		r.notStarted([]Ref{{Node: r.node.Name, ProcessID: id}}, Outcome{Message: cesi.T("supervisord was restarted, and does not start it by itself (autostart=false)")})
	}
}
