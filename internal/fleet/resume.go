package fleet

import (
	"context"
	"errors"
	"fmt"

	"cesi/internal/cesi"
)

// Resume finds out how commands ended that the last run of this program sent to
// a supervisord and did not see the end of, because they took it down too. The
// entries are theirs, still Pending; each is completed when its node shows the
// end. One that waited for a process to stop ends as Interrupted.
func (f *Fleet) Resume(entries []cesi.Activity) {
	for _, entry := range entries {
		if f.commands.begin() != nil {
			return
		}
		go func() {
			defer f.commands.running.Done()
			if err := f.contain("resume a command", func() { f.resume(f.commands.ctx, entry) }); err != nil {
				entry.Result, entry.Message = cesi.Interrupted, cesi.Sentence(err)
				_ = f.contain("end a command", func() { f.opts.Journal.Complete(context.WithoutCancel(f.commands.ctx), entry) })
			}
		}()
	}
}

func (f *Fleet) resume(ctx context.Context, entry cesi.Activity) {
	if entry.Action.OnProcesses() { // it was waiting for a process to end
		entry.Result, entry.Message = cesi.Interrupted, fmt.Sprintf("CeSI ended in the middle of the %s", entry.Action)
		f.opts.Journal.Complete(ctx, entry)
		return
	}
	p, err := f.poller(entry.Node)
	if err != nil {
		entry.Result, entry.Message = cesi.Interrupted, "CeSI ended meanwhile, and no longer has the node"
		f.opts.Journal.Complete(ctx, entry)
		return
	}
	p.use()
	defer p.release()
	message, err := p.awaitEnd(ctx, entry.Action, f.actionTimeout())
	switch {
	case errors.Is(err, context.Canceled):
		return // the next run goes on with it
	case err != nil:
		entry.Result, entry.Message = cesi.UnknownEnd, cesi.Sentence(err)
	default:
		entry.Result, entry.Message = cesi.OK, message
	}
	entry.Duration = f.opts.Now().Sub(entry.Time)
	f.opts.Journal.Complete(ctx, entry)
}
