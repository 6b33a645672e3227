package fleet

import (
	"context"
	"slices"

	"cesi/internal/cesi"
)

// contain does some work. A panic becomes an error: see cesi.Contain.
func (f *Fleet) contain(work string, do func()) error {
	return cesi.Contain(f.opts.Log, work, func() error {
		do()
		return nil
	})
}

// breakOff ends the jobs that have not ended, as failed.
func (r *run) breakOff(s *step, jobs []*job, err error) {
	for _, j := range jobs {
		if one := s.inFlight[j.ref]; !isClosed(one.done) {
			_ = r.fleet.contain("end a command on "+j.ref.String(), func() { r.complete(s, failed(j.ref, err)) })
		}
	}
}

// contained does the work of the command, and ends the command even after a panic.
func (r *run) contained(ctx context.Context) {
	defer r.fleet.commands.running.Done()
	err := r.fleet.contain("command "+string(r.plan.command.Action), func() { r.work(ctx) })
	if err == nil {
		return
	}
	defer r.op.finish()
	for _, s := range r.steps {
		r.breakOff(s, s.jobs, err)
	}
	r.fail(r.fleet, err)
}

// contained is the same for a command to a supervisord itself.
func (r *daemonRun) contained(ctx context.Context) {
	defer r.fleet.commands.running.Done()
	given := false
	err := r.fleet.contain("command "+string(r.command.Action), func() { r.work(ctx, func() { given = true }) })
	if err == nil {
		return
	}
	defer r.op.finish()
	if !given {
		r.releaseAll()
	}
	refs := r.children()
	if len(refs) == 0 {
		refs = []Ref{{Node: r.node.Name}}
	}
	for _, ref := range refs {
		known := func(o Outcome) bool { return o.Ref == ref }
		if !slices.ContainsFunc(r.op.Report().Outcomes, known) {
			_ = r.fleet.contain("end a command on "+r.node.Name, func() { r.note(failed(ref, err)) })
		}
	}
	r.fail(r.fleet, err)
}

// fail stores the end of a command that panicked.
func (l *ledger) fail(f *Fleet, err error) {
	if len(l.op.Report().Outcomes) == 0 {
		l.op.add(failed(Ref{}, err))
	}
	_ = f.contain("store the end of a command", func() { l.end(context.Background()) })
}
