package fleet

import (
	"context"
	"errors"
	"strings"

	"cesi/internal/cesi"
)

// Resume completes commands of the last run of this program whose end it did not see,
// because they took it down too. The entries are still Pending; each is completed when
// its node shows the result. A command that waited for a process to stop ends as
// Interrupted.
func (f *Fleet) Resume(entries []cesi.Activity) {
	for _, entry := range entries {
		if f.commands.begin() != nil {
			return
		}
		go func() {
			defer f.commands.running.Done()
			if err := f.contain("resume a command", func() { f.resume(f.commands.ctx, entry) }); err != nil {
				entry.Result, entry.Message = cesi.Interrupted, cesi.TextOf(err)
				_ = f.contain("end a command", func() { f.opts.Journal.Complete(context.WithoutCancel(f.commands.ctx), entry) })
			}
		}()
	}
}

func (f *Fleet) resume(ctx context.Context, entry cesi.Activity) {
	if entry.Action.OnProcesses() || strings.HasPrefix(entry.Message.String(), stoppingSince) {
		entry.Result, entry.Message = cesi.Interrupted, cesi.T("CeSI ended in the middle of the %s", entry.Action.Text())
		f.opts.Journal.Complete(ctx, entry)
		return
	}
	p, err := f.poller(entry.Node)
	if err != nil {
		entry.Result, entry.Message = cesi.Interrupted, cesi.T("CeSI ended, and the node is no longer configured")
		f.opts.Journal.Complete(ctx, entry)
		return
	}
	p.use()
	defer p.release()
	if one, err := f.commands.inFlight.take(Ref{Node: entry.Node}, entry.Action, entry.User); err == nil {
		defer f.commands.inFlight.end(one)
	}
	message, err := p.awaitEnd(ctx, entry.Action, f.actionTimeout(), func() {})
	if err == nil && entry.Action == cesi.ActionReload {
		newAsker(p).awaitBegun(ctx, "")
	}
	switch {
	case errors.Is(err, context.Canceled):
		return // the next run continues
	case err != nil:
		entry.Result, entry.Message = cesi.UnknownEnd, cesi.TextOf(err)
	default:
		entry.Result, entry.Message = cesi.OK, message
	}
	entry.Duration = f.opts.Now().Sub(entry.Time)
	f.opts.Journal.Complete(ctx, entry)
}
