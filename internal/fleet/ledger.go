package fleet

import (
	"context"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// ledger keeps the activity entries of one command, and its operation: an entry for the
// command and, for a command on many, one for each target.
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

// describe names the target of the command: its node, if it has only one, and the
// target there, or the number of targets.
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
		if target != t.String() || t.Group == "" { // it is not the same group or process on each node
			target = fmt.Sprintf("%d targets", len(c.Targets))
		}
	}
	return node, target
}

func (l *ledger) operation() *Operation { return l.op }

// begin stores the command's entry, and one for each of the targets, before anything is
// sent.
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

// note stores the outcome of one target.
func (l *ledger) note(o Outcome) {
	l.op.add(o)
	if entry, ok := l.targets[o.Ref]; ok {
		entry.Result, entry.Message, entry.Duration = o.Result, o.Message, l.now().Sub(l.began)
		l.journal.Complete(context.Background(), entry)
	}
}

// sent records that the command was certainly sent, for the case that this program does
// not see its end: the next run then finds it out. It does so for the targets too.
func (l *ledger) sent(message cesi.Text, targets ...Ref) {
	l.entry.Message = message
	l.journal.Complete(context.Background(), l.entry)
	for _, ref := range targets {
		entry := l.targets[ref]
		entry.Message = message
		l.journal.Complete(context.Background(), entry)
	}
}

// pending stores the progress of a target that is not done, and shows it to callers
// that wait for the operation.
func (l *ledger) pending(ref Ref, message cesi.Text) {
	l.op.tell(ref, message)
	entry, ok := l.targets[ref]
	if !ok {
		entry = l.entry
	}
	entry.Message = message // of the copy: the end has its own message
	l.journal.Complete(context.Background(), entry)
}

// end stores the result of the whole command.
func (l *ledger) end(ctx context.Context) {
	report := l.op.close(l.now().Sub(l.began))
	l.entry.Result, l.entry.Message, l.entry.Duration = report.Result, report.Message, report.Duration
	l.journal.Complete(context.WithoutCancel(ctx), l.entry)
}
