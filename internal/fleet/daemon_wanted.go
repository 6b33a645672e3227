package fleet

import (
	"context"
	"slices"

	"cesi/internal/cesi"
)

// wantGroup remembers, before anything goes out, what an update is about to stop of
// a group and supervisord then starts again. What the new configuration does not
// start by itself is not among it: that may be why there is an update.
func (r *daemonRun) wantGroup(ctx context.Context, j *groupJob, stops []*job) {
	starts := r.autostart(ctx)
	stops = slices.DeleteFunc(slices.Clone(stops), func(s *job) bool { return !starts.has(s.ref.ProcessID) })
	j.wanted = r.want(stops)
}

// wantRunning remembers, before a restart of supervisord, what runs on its node.
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

// wantNothing takes back what is wanted of a group that is stopped, or of the node if
// group is empty.
func (r *daemonRun) wantNothing(group string) {
	r.fleet.wanted.save(r.fleet.wanted.removeOn(r.node.Name, group))
}

// started takes back that the processes are wanted which came up.
func (r *daemonRun) started(wanted []Ref, up []cesi.ProcessID) {
	var refs []Ref
	for _, ref := range wanted {
		if slices.Contains(up, ref.ProcessID) && r.fleet.wanted.remove(ref) {
			refs = append(refs, ref)
		}
	}
	r.fleet.wanted.save(refs)
}

// notStarted keeps why the processes were not started that are still wanted.
func (r *daemonRun) notStarted(wanted []Ref, o Outcome) {
	var refs []Ref
	for _, ref := range wanted {
		if r.fleet.wanted.change(ref, func(one *wantedProcess) { one.ended(o, r.now()) }) {
			refs = append(refs, ref)
		}
	}
	r.fleet.wanted.save(refs)
}

// reloaded waits until a supervisord that is back has begun to start what it starts
// by itself, and keeps why the others that had run were not started.
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
