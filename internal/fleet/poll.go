package fleet

import (
	"context"
	"slices"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

// infoEvery is how often a node that answers is asked again for its identity and its
// processes' configuration.
const infoEvery = time.Minute

// poll polls once, within the node's timeout, and publishes the answer.
func (p *poller) poll(ctx context.Context) {
	deadline, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	began := p.fleet.opts.Now()
	p.trust.FullPollBegins(began)
	processes, err := p.ask(deadline)
	if ctx.Err() != nil {
		return
	}
	now := p.fleet.opts.Now()
	if err != nil {
		p.fail(err, now)
		return
	}
	latency := now.Sub(began)
	known := p.node()
	if p.inDoubt(known, processes) {
		p.forgetInfo()
	}
	p.askInfo(deadline, now)
	replaced := p.notice(known, processes, now)
	p.recognize(deadline, processes, now)
	p.trust.Changed(changedNames(known, processes), now)
	p.failures = 0
	list, counts := p.assemble(processes)
	interval := p.fullInterval()
	p.publish(func(n *Node) {
		n.history = n.history.Record(history.Answer{
			Processes: processList(list), At: now, Again: n.answeredIn(now), Pause: n.pauseOf(interval),
		})
		n.Status = Up
		n.Failure = nil
		n.Supervisor = p.info
		n.LastContact = now
		n.Latency = latency
		n.clock = clockOf(n.clock, processes, now)
		n.Processes = list
		n.Omitted = processes.Len() - len(list)
		n.NoConfig = p.noConfig
		n.Counts = counts
		if replaced != nil {
			n.Replaced = replaced
		}
	})
}

func (p *poller) ask(ctx context.Context) (cesi.ProcessList, error) {
	if p.client == nil {
		return cesi.ProcessList{}, p.dialErr
	}
	latest, err := p.client.UpdateProcesses(ctx, p.latest)
	switch {
	case err != nil:
	case latest.Len() > cesi.MaxProcesses:
		p.latest = cesi.ProcessList{} // that many are not kept
	default:
		p.latest = latest
	}
	return latest, err
}

// askInfo refreshes what rarely changes. A failure there does not make the poll fail.
func (p *poller) askInfo(ctx context.Context, now time.Time) {
	due := p.takeOutdated() || p.failures > 0 || p.infoAsked.IsZero()
	if !due && now.Sub(p.infoAsked) < infoEvery {
		return
	}
	p.infoAsked = now
	if info, err := p.client.Info(ctx); err == nil {
		p.info = info
	} else {
		p.fleet.opts.Log.Debug("node does not say who it is", "node", p.name, "error", err)
	}
	configs, err := p.client.Configs(ctx)
	if err != nil {
		p.fleet.opts.Log.Debug("node does not tell its configuration", "node", p.name, "error", err)
		p.noConfig = cesi.TextOf(err)
		return
	}
	p.noConfig = cesi.Text{}
	p.configs = make(map[cesi.ProcessID]*cesi.ProcessConfig, len(configs))
	for i := range configs {
		p.configs[configs[i].ProcessID] = &configs[i]
	}
}

// forgetInfo makes the next poll also ask for what rarely changes.
func (p *poller) forgetInfo() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outdated = true
}

func (p *poller) takeOutdated() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.outdated
	p.outdated = false
	return was
}

// fail publishes why the node did not answer; its last good data stay.
func (p *poller) fail(err error, now time.Time) {
	p.failures++
	failure := &Failure{Cause: cesi.CauseOf(err), Message: cesi.TextOf(err), Since: now}
	if failure.Cause == "" { // a fault: its sentence says what is wrong
		failure.Cause = cesi.CauseFailedInside
	}
	if was := p.node(); was.Failure != nil {
		failure.Since = was.Failure.Since
	}
	if p.failures == 1 {
		p.fleet.opts.Log.Warn("node does not answer", "node", p.name, "cause", failure.Cause, "error", err)
	}
	p.publish(func(n *Node) {
		n.Status = Down
		n.Failure = failure
	})
}

func (p *poller) assemble(processes cesi.ProcessList) ([]Process, Counts) {
	if processes.Len() > cesi.MaxProcesses {
		first := processes.Slice()
		slices.SortFunc(first, func(a, b cesi.Process) int { return a.Compare(b.ProcessID) })
		processes = cesi.NewProcessList(first[:cesi.MaxProcesses])
	}
	list := make([]Process, processes.Len())
	var counts Counts
	for i := range list {
		process := processes.At(i)
		list[i] = Process{
			Process:   process,
			Self:      p.self.of(process) == Proven,
			MaybeSelf: p.self.of(process) == Unproven,
			Config:    p.configs[process.ProcessID],
		}
		counts.Count(process)
	}
	slices.SortFunc(list, func(a, b Process) int { return a.Compare(b.ProcessID) })
	return list, counts
}

// sameToSee reports whether two values of a node look the same, apart from passing
// time.
func sameToSee(a, b *Node) bool {
	if a.Status != b.Status || a.Omitted != b.Omitted || a.Replaced != b.Replaced || !a.NoConfig.Equal(b.NoConfig) || !sameFollowing(a.Following, b.Following) || a.Supervisor != b.Supervisor || !sameFailure(a.Failure, b.Failure) ||
		!slices.Equal(a.Environments, b.Environments) || !a.history.SameProcesses(b.history) {
		return false
	}
	return sameSlice(a.Processes, b.Processes) || slices.EqualFunc(a.Processes, b.Processes, sameProcess)
}

// sameSlice reports whether both are one slice: a poll of the state alone leaves it.
func sameSlice(a, b []Process) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}

func sameFailure(a, b *Failure) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cause == b.Cause && a.Since.Equal(b.Since) && a.Message.Equal(b.Message)
}

func sameProcess(a, b Process) bool {
	x, y := a.Process, b.Process
	x.Now, y.Now = 0, 0
	x.Description, y.Description = "", "" // may contain the uptime
	x.DescribedByUptime, y.DescribedByUptime = false, false
	if x != y || a.Self != b.Self || a.MaybeSelf != b.MaybeSelf || !sameWanted(a.Wanted, b.Wanted) {
		return false
	}
	if a.Config == nil || b.Config == nil {
		return a.Config == b.Config
	}
	return *a.Config == *b.Config
}
