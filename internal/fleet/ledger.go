package fleet

import (
	"context"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// ledger keeps the activity entries of one command, and the operation that tells
// of it: an entry for the command and, for one on many, one for each target.
type ledger struct {
	journal Journal
	now     func() time.Time
	began   time.Time
	op      *Operation
	entry   cesi.Activity
	targets map[Ref]cesi.Activity
}

func (f *Fleet) newLedger(actor cesi.Actor, c Command) *ledger {
	l := &ledger{
		journal: f.opts.Journal, now: f.opts.Now, began: f.opts.Now(), targets: make(map[Ref]cesi.Activity),
		op: &Operation{done: make(chan struct{}), report: Report{Action: c.Action, Signal: c.Signal}},
	}
	l.entry = cesi.Activity{
		Time: l.began, User: actor.User, Address: actor.Address,
		Action: c.Action, Detail: c.detail(), Result: cesi.Pending, Count: 1,
	}
	l.entry.Node, l.entry.Target = describe(c)
	return l
}

// describe names what the command is for: its node, if it is on one, and the
// target there, or how many there are.
func describe(c Command) (node, target string) {
	node = c.Targets[0].Node
	switch {
	case c.Action.OnDaemon() && c.Targets[0].Group == "":
		return node, daemonTarget
	case len(c.Targets) == 1:
		return node, c.Targets[0].String()
	case c.Action.OnDaemon():
		return node, fmt.Sprintf("%d groups", len(c.Targets))
	}
	target = c.Targets[0].String()
	for _, t := range c.Targets {
		if t.Node != node {
			node = ""
		}
		if target != t.String() || t.Group == "" { // else it is the same group or process on each
			target = fmt.Sprintf("%d targets", len(c.Targets))
		}
	}
	return node, target
}

// begin stores the command's entry, and one for each of the targets, before
// anything goes out.
func (l *ledger) begin(ctx context.Context, targets []Ref) {
	entries := []cesi.Activity{l.entry}
	for _, ref := range targets {
		child := l.entry
		child.Node, child.Target = ref.Node, ref.What()
		entries = append(entries, child)
	}
	l.journal.Begin(ctx, entries)
	l.entry = entries[0]
	for i, ref := range targets {
		l.targets[ref] = entries[i+1]
	}
	l.op.mu.Lock()
	defer l.op.mu.Unlock()
	l.op.report.ID = l.entry.ID
}

// note stores how the command went for one target.
func (l *ledger) note(o Outcome) {
	l.op.add(o)
	if entry, ok := l.targets[o.Ref]; ok {
		entry.Result, entry.Message, entry.Duration = o.Result, o.Message, l.now().Sub(l.began)
		l.journal.Complete(context.Background(), entry)
	}
}

// sent stores that the command has gone out for sure, for the case that this
// program does not see its end: the next run then finds out. With a target it
// does so for the target too.
func (l *ledger) sent(message cesi.Text, targets ...Ref) {
	l.entry.Message = message
	l.journal.Complete(context.Background(), l.entry)
	for _, ref := range targets {
		entry := l.targets[ref]
		entry.Message = message
		l.journal.Complete(context.Background(), entry)
	}
}

// pending stores how far a target has come that is not done yet, and shows it to
// those who wait for the operation.
func (l *ledger) pending(ref Ref, message cesi.Text) {
	l.op.tell(ref, message)
	entry, ok := l.targets[ref]
	if !ok {
		entry = l.entry
	}
	entry.Message = message // of the copy: the end has a message of its own
	l.journal.Complete(context.Background(), entry)
}

// end stores how the command went as a whole.
func (l *ledger) end(ctx context.Context) {
	report := l.op.close(l.now().Sub(l.began))
	l.entry.Result, l.entry.Message, l.entry.Duration = report.Result, report.Message, report.Duration
	l.journal.Complete(context.WithoutCancel(ctx), l.entry)
}
