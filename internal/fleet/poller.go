package fleet

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/follow"
)

// maxBackoff is the longest pause between two polls of a failing node, unless the poll
// interval is longer.
const maxBackoff = 15 * time.Second

// poller polls one node, in its own goroutine, and holds its last state.
type poller struct {
	fleet   *Fleet
	name    string
	client  Client
	dialErr error // why there is no client; nil if there is one
	state   atomic.Pointer[Node]

	kick chan struct{} // capacity 1: poll now
	quit chan struct{} // closed: end

	mu       sync.Mutex
	conf     cesi.Node
	interval time.Duration
	waiters  []chan struct{} // of refresh: closed when the next poll to begin has ended
	users    int             // number of running commands
	forced   time.Time       // when the last poll requested by a user began
	forcing  chan struct{}   // closed when the next such poll has ended; nil: there is none
	onIdle   func(*poller)   // set if it has to end after its running commands
	ended    bool
	outdated bool // what rarely changes may have changed

	// Used only by the polling goroutine.
	latest    cesi.ProcessList // of the last good poll, in supervisord's order
	failures  int
	infoAsked time.Time
	info      cesi.SupervisorInfo
	configs   map[cesi.ProcessID]*cesi.ProcessConfig
	noConfig  cesi.Text // why the node returns no configs; empty if it does
	self      recognition
	met       string // the address of the last good poll

	trust follow.Trust // shared with the follower of the main log
}

// newPoller makes the poller of a node. Known has the node's history.
func (f *Fleet) newPoller(node cesi.Node, known Node) *poller {
	p := &poller{
		fleet: f,
		name:  node.Name,
		conf:  node,
		kick:  make(chan struct{}, 1),
		quit:  make(chan struct{}),
	}
	p.client, p.dialErr = f.opts.Dial(node)
	if !node.Follow {
		p.trust.Closed(cesi.T("switched off (follow = no)"))
	}
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

// reconfigure applies a configuration that needs no new connection, and undoes a
// retirement. It reports whether that was possible: the connection is the same and the
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
		next.Following = p.followingNow()
		seen := !sameToSee(old, &next)
		if p.state.CompareAndSwap(old, &next) {
			p.fleet.unsaved.MarkDirty(next.Name, old.history, next.history)
			p.fleet.notify(seen)
			return
		}
	}
}

// loop polls until ctx or the poller ends. The pause between two polls is jittered, so
// that a thousand nodes are not polled at the same moment.
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
	p.fleet.pollers.Go(func() { _ = p.fleet.contain("follow node "+p.name, func() { p.follow(ctx) }) })
	for ctx.Err() == nil {
		waiting := p.takeWaiters()
		if err := p.fleet.contain("poll node "+p.name, func() { p.pollAsDue(ctx, len(waiting) > 0) }); err != nil {
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

// forceEvery is the least time between two polls requested by users.
const forceEvery = time.Second

// force makes the node be polled soon, and returns a channel that is closed when that
// poll has ended. Requests before it begins share it.
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

// refreshIn is refresh after a pause. It takes no longer than the node's timeout
// allows.
func (p *poller) refreshIn(wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-p.quit:
	}
	p.mu.Lock()
	p.forcing, p.forced = nil, time.Now()
	timeout := p.conf.Timeout
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*timeout) // a poll may be running
	defer cancel()
	p.refresh(ctx)
}

// refresh polls the node now and returns when a poll that began after this call has
// ended, or when ctx or the poller ends.
func (p *poller) refresh(ctx context.Context) {
	done := make(chan struct{})
	p.mu.Lock()
	p.waiters = append(p.waiters, done)
	p.mu.Unlock()
	p.wake()
	select {
	case <-done:
	case <-ctx.Done():
	case <-p.quit:
	}
}

// wake makes the next poll begin now.
func (p *poller) wake() {
	select {
	case p.kick <- struct{}{}:
	default:
	}
}

func (p *poller) takeWaiters() []chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.waiters
	p.waiters = nil
	return waiting
}

// use counts a running command until release.
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

// retire ends the poller now, or after its running commands, and then calls gone. It
// reports whether it ended now.
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
