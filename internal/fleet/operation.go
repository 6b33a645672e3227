package fleet

import (
	"context"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// Operation is an accepted command. It continues even if no caller waits for it.
type Operation struct {
	done chan struct{}

	mu     sync.Mutex
	report Report
}

// ID returns the ID of the command's entry in the activity log.
func (o *Operation) ID() cesi.ActivityID {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.report.ID
}

// Wait returns the report when the command has ended, or the report so far when ctx
// ends.
func (o *Operation) Wait(ctx context.Context) Report {
	select {
	case <-o.done:
	case <-ctx.Done():
	}
	return o.Report()
}

// Report returns the report so far.
func (o *Operation) Report() Report {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.report
	r.Outcomes = append([]Outcome(nil), r.Outcomes...)
	return r
}

func (o *Operation) add(outcomes ...Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report.Outcomes = append(o.report.Outcomes, outcomes...)
}

// tell sets the message of a running command.
func (o *Operation) tell(ref Ref, message cesi.Text) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report.Message = cesi.T("%s: %s", ref.What(), message)
	o.report.Waiting = &Outcome{Ref: ref, Result: cesi.Pending, Message: message}
}

// close sums the outcomes up.
func (o *Operation) close(duration time.Duration) Report {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.report.Duration, o.report.Waiting = duration, nil
	o.report.Result, o.report.Message = summarize(o.report.Outcomes)
	return o.report
}

// finish answers the callers that wait. It may be called again.
func (o *Operation) finish() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.report.Done {
		o.report.Done = true
		close(o.done)
	}
}

// summarize returns, for a command on one process, its result; for one on many, a
// result and a count of each kind.
func summarize(outcomes []Outcome) (cesi.Result, cesi.Text) {
	if len(outcomes) == 1 {
		return outcomes[0].Result, outcomes[0].Message
	}
	if len(outcomes) == 0 {
		return cesi.OK, Tally(nil)
	}
	return overall(countResults(outcomes), len(outcomes)), Tally(outcomes)
}

func countResults(outcomes []Outcome) map[cesi.Result]int {
	counts := make(map[cesi.Result]int)
	for _, o := range outcomes {
		counts[o.Result]++
	}
	return counts
}

// Tally sums outcomes up: "12 ok, 1 failed, 3 skipped".
func Tally(outcomes []Outcome) cesi.Text {
	if len(outcomes) == 0 {
		return cesi.T("there was nothing to do")
	}
	counts := countResults(outcomes)
	var list []cesi.Text
	for _, part := range []struct {
		result cesi.Result
		text   cesi.Text
	}{
		{cesi.OK, cesi.T("%d ok", counts[cesi.OK])},
		{cesi.Failed, cesi.T("%d failed", counts[cesi.Failed])},
		{cesi.UnknownEnd, cesi.T("%d unknown", counts[cesi.UnknownEnd])},
		{cesi.Interrupted, cesi.T("%d interrupted", counts[cesi.Interrupted])},
		{cesi.Skipped, cesi.T("%d skipped", counts[cesi.Skipped])},
	} {
		if counts[part.result] > 0 {
			list = append(list, part.text)
		}
	}
	return cesi.List(list...)
}

func overall(counts map[cesi.Result]int, total int) cesi.Result {
	acted := total - counts[cesi.Skipped]
	for _, r := range []cesi.Result{cesi.OK, cesi.Failed, cesi.UnknownEnd, cesi.Interrupted} {
		if counts[r] == acted {
			return r
		}
	}
	return cesi.Partial
}

// commands are the running commands, and the last ones that ended.
type commands struct {
	inFlight inflightSet
	running  sync.WaitGroup
	ctx      context.Context
	cancel   context.CancelFunc

	mu       sync.Mutex
	draining bool
	recent   []*Operation // oldest first, at most maxRecent
}

// maxRecent is how many operations stay in memory, so that users can see their results
// later; older ones are in the activity log.
const maxRecent = 200

func newCommands() *commands {
	ctx, cancel := context.WithCancel(context.Background())
	return &commands{ctx: ctx, cancel: cancel, inFlight: inflightSet{of: make(map[Ref]*inflight)}}
}

// begin counts a new command, unless the program is ending.
func (c *commands) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.draining {
		return cesi.Errorf(cesi.Unreachable, "CeSI is shutting down")
	}
	c.running.Add(1)
	return nil
}

func (c *commands) remember(o *Operation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent = append(c.recent, o)
	if len(c.recent) > maxRecent {
		c.recent = c.recent[len(c.recent)-maxRecent:]
	}
}

// Operation returns a running command, or one of the last that ended.
func (f *Fleet) Operation(id cesi.ActivityID) (*Operation, bool) {
	f.commands.mu.Lock()
	defer f.commands.mu.Unlock()
	for _, o := range f.commands.recent {
		if o.ID() == id {
			return o, true
		}
	}
	return nil, false
}

// Drain accepts no more commands, waits up to grace for the running ones, and then
// breaks them off: they end as Interrupted.
func (f *Fleet) Drain(grace time.Duration) {
	c := f.commands
	c.mu.Lock()
	c.draining = true
	c.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		c.running.Wait()
		close(ended)
	}()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
	}
	c.cancel()
	<-ended
}
