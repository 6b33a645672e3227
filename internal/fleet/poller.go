package fleet

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

const (
	// maxBackoff is the longest pause between two polls of a node that fails,
	// unless the poll interval is longer.
	maxBackoff = 15 * time.Second
	// infoEvery is how often a node that answers is asked again who it is and how
	// its processes are configured.
	infoEvery = time.Minute
)

// poller asks one node, in a goroutine of its own, and holds what it last said.
type poller struct {
	fleet  *Fleet
	name   string
	client Client
	dialed error // why there is no client
	state  atomic.Pointer[Node]

	kick chan struct{} // capacity 1: poll now
	quit chan struct{} // closed: end

	mu       sync.Mutex
	conf     cesi.Node
	interval time.Duration
	waiters  []chan struct{} // closed when a poll that starts from now on has ended
	users    int             // commands under way
	forced   time.Time       // when the last poll that a user asked for began
	forcing  chan struct{}   // closed when the next such poll has ended; nil: there is none
	onIdle   func(*poller)   // set when it has to end once no command is under way
	ended    bool
	outdated bool // what rarely changes has perhaps changed

	// Of the polling goroutine alone.
	failures  int
	infoAsked time.Time
	info      cesi.SupervisorInfo
	configs   map[cesi.ProcessID]*cesi.ProcessConfig
	silence   string // why there are no configs
	self      recognition
	met       string // the address of the last good poll
}

// newPoller makes the poller of a node; known has what is known of its past.
func (f *Fleet) newPoller(node cesi.Node, known Node) *poller {
	p := &poller{
		fleet: f,
		name:  node.Name,
		conf:  node,
		kick:  make(chan struct{}, 1),
		quit:  make(chan struct{}),
	}
	p.client, p.dialed = f.opts.Dial(node)
	p.state.Store(&Node{
		Name: node.Name, Address: node.Address(), Environments: node.Environments,
		history: known.history,
	})
	return p
}

func (p *poller) node() *Node { return p.state.Load() }

func (p *poller) config() cesi.Node {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conf
}

func (p *poller) setInterval(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interval = d
}

// reconfigure takes up a configuration that needs no new connection, and undoes
// a retirement. It reports whether it could: the connection is the same and the
// poller has not ended.
func (p *poller) reconfigure(node cesi.Node) bool {
	p.mu.Lock()
	ok := !p.ended && p.conf.SameConnection(node)
	if ok {
		p.conf = node
		p.onIdle = nil
	}
	p.mu.Unlock()
	if ok {
		p.publish(func(n *Node) { n.Environments = node.Environments })
	}
	return ok
}

// publish replaces the node's value by a copy that change has changed.
func (p *poller) publish(change func(*Node)) {
	for {
		old := p.state.Load()
		next := *old
		change(&next)
		p.fleet.wanted.mark(&next)
		seen := !sameToSee(old, &next)
		if seen {
			next.Version++
		}
		if p.state.CompareAndSwap(old, &next) {
			p.fleet.unsaved.MarkDirty(next.Name, old.history, next.history)
			p.fleet.notify(seen)
			return
		}
	}
}

// loop polls until ctx or the poller ends. The pause between two polls is
// jittered, so that a thousand nodes are not asked in step.
func (p *poller) loop(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-p.quit:
			cancel()
		case <-ctx.Done():
		}
	}()
	for ctx.Err() == nil {
		waiting := p.takeWaiters()
		if err := p.fleet.contain("poll node "+p.name, func() { p.poll(ctx) }); err != nil {
			_ = p.fleet.contain("show node "+p.name, func() { p.fail(err, p.fleet.opts.Now()) })
		}
		for _, w := range waiting {
			close(w)
		}
		timer := time.NewTimer(p.pause())
		select {
		case <-ctx.Done():
		case <-p.kick:
		case <-timer.C:
		}
		timer.Stop()
	}
	for _, w := range p.takeWaiters() {
		close(w)
	}
	if p.client != nil {
		p.client.Close()
	}
}

func (p *poller) pollInterval() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.interval
}

func (p *poller) pause() time.Duration {
	d := p.pollInterval()
	if p.failures > 0 {
		d = max(d, min(d<<min(p.failures, 10), maxBackoff))
	}
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// poll asks once, bounded by the node's timeout, and publishes the answer.
func (p *poller) poll(ctx context.Context) {
	deadline, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	began := p.fleet.opts.Now()
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
	p.failures = 0
	list, counts := p.assemble(processes)
	interval := p.pollInterval()
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
		n.Omitted = len(processes) - len(list)
		n.NoConfig = p.silence
		n.Counts = counts
		if replaced != nil {
			n.Replaced = replaced
		}
	})
}

func (p *poller) ask(ctx context.Context) ([]cesi.Process, error) {
	if p.client == nil {
		return nil, p.dialed
	}
	return p.client.Processes(ctx)
}

// askInfo refreshes what rarely changes. That a node can't tell does not make
// its poll a failed one.
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
		p.silence = cesi.Sentence(err)
		return
	}
	p.silence = ""
	p.configs = make(map[cesi.ProcessID]*cesi.ProcessConfig, len(configs))
	for i := range configs {
		p.configs[configs[i].ProcessID] = &configs[i]
	}
}

// forgetInfo has the next poll ask again what rarely changes.
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
	failure := &Failure{Cause: cesi.CauseOf(err), Message: cesi.Sentence(err), Since: now}
	if failure.Cause == "" { // a fault: the node itself tells what is wrong
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

func (p *poller) assemble(processes []cesi.Process) ([]Process, Counts) {
	if len(processes) > cesi.MaxProcesses {
		processes = slices.Clone(processes)
		slices.SortFunc(processes, func(a, b cesi.Process) int { return a.Compare(b.ProcessID) })
		processes = processes[:cesi.MaxProcesses]
	}
	list := make([]Process, len(processes))
	var counts Counts
	for i, process := range processes {
		list[i] = Process{
			Process:   process,
			Self:      p.self.of(process) == Proven,
			MaybeSelf: p.self.of(process) == Unproven,
			Config:    p.configs[process.ProcessID],
		}
		counts.count(process)
	}
	slices.SortFunc(list, func(a, b Process) int { return a.Compare(b.ProcessID) })
	return list, counts
}

// forceEvery is the least time between two polls that users ask for.
const forceEvery = time.Second

// force has the node polled soon, and returns a channel that is closed when that
// poll has ended. All who ask before it begins share it.
func (p *poller) force() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.forcing != nil {
		return p.forcing
	}
	done := make(chan struct{})
	p.forcing = done
	wait := time.Until(p.forced.Add(forceEvery))
	go func() {
		defer close(done)
		_ = p.fleet.contain("poll node "+p.name, func() { p.refreshIn(wait) })
	}()
	return done
}

// refreshIn is refresh after a while. It takes no longer than the node may.
func (p *poller) refreshIn(wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-p.quit:
	}
	p.mu.Lock()
	p.forcing, p.forced = nil, time.Now()
	timeout := p.conf.Timeout
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*timeout) // a poll may be under way
	defer cancel()
	p.refresh(ctx)
}

// refresh asks the node now and returns when a poll that began after this call
// has ended, or when ctx or the poller ends.
func (p *poller) refresh(ctx context.Context) {
	done := make(chan struct{})
	p.mu.Lock()
	p.waiters = append(p.waiters, done)
	p.mu.Unlock()
	select {
	case p.kick <- struct{}{}:
	default:
	}
	select {
	case <-done:
	case <-ctx.Done():
	case <-p.quit:
	}
}

func (p *poller) takeWaiters() []chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.waiters
	p.waiters = nil
	return waiting
}

// use marks a command as under way until release.
func (p *poller) use() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users++
}

// release undoes one use; the last one ends a retired poller.
func (p *poller) release() {
	p.mu.Lock()
	p.users--
	var gone func(*poller)
	if p.users == 0 && p.onIdle != nil {
		gone = p.onIdle
		p.end()
	}
	p.mu.Unlock()
	if gone != nil {
		gone(p)
	}
}

// retire ends the poller: now, or after the commands that are under way, and
// then calls gone. It reports whether it ended now.
func (p *poller) retire(gone func(*poller)) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users > 0 {
		p.onIdle = gone
		return false
	}
	p.end()
	return true
}

// end closes quit, once. Call with mu held.
func (p *poller) end() {
	if !p.ended {
		p.ended = true
		close(p.quit)
	}
}

// sameToSee reports whether two values of a node look the same to people, the
// passing of time apart.
func sameToSee(a, b *Node) bool {
	if a.Status != b.Status || a.Omitted != b.Omitted || a.Replaced != b.Replaced || a.NoConfig != b.NoConfig || a.Supervisor != b.Supervisor || !sameFailure(a.Failure, b.Failure) ||
		!slices.Equal(a.Environments, b.Environments) || !a.history.SameProcesses(b.history) {
		return false
	}
	return slices.EqualFunc(a.Processes, b.Processes, sameProcess)
}

func sameFailure(a, b *Failure) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func sameProcess(a, b Process) bool {
	x, y := a.Process, b.Process
	x.Now, y.Now = 0, 0
	x.Description, y.Description = "", "" // holds the uptime
	if x != y || a.Self != b.Self || a.MaybeSelf != b.MaybeSelf || !sameWanted(a.Wanted, b.Wanted) {
		return false
	}
	if a.Config == nil || b.Config == nil {
		return a.Config == b.Config
	}
	return *a.Config == *b.Config
}
