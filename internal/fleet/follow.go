package fleet

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/follow"
)

// Following is whether CeSI follows a node's main log and trusts it: then it polls all
// processes when a line tells of a change, and otherwise every follow.FullInterval.
type Following struct {
	On  bool
	Why cesi.Text // it does not; empty before the first try
}

const (
	// blatherPause ends following of a supervisord that logs its own writes to the stream,
	// noisePause that of a log that says much else.
	blatherPause = time.Hour
	noisePause   = 10 * time.Minute
	// noLogPause is the pause after a try that found no log, reconnectMax the longest other
	// one. A stream that was silent for cutAfter before it ended was cut by a proxy.
	noLogPause   = 10 * time.Minute
	reconnectMin = time.Second
	reconnectMax = time.Minute
	cutAfter     = 30 * time.Second
	// startSpread is the time for each node over which the first streams are opened: those
	// of 1,000 nodes within 5 s.
	startSpread = 5 * time.Millisecond
	// openingStreams bounds the streams that are opened at the same time.
	openingStreams = 32
)

var (
	errBlather = errors.New("loglevel=blather")
	errNoise   = errors.New("too much else in the log")
)

// follow follows the main log of the node until ctx ends. The poller's own goroutine polls.
func (p *poller) follow(ctx context.Context) {
	if p.client == nil || !p.config().Follow {
		return
	}
	pause := time.Duration(rand.Int64N(int64(reconnectMin + time.Duration(p.fleet.nodeCount())*startSpread)))
	for failures := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = reconnectMin
		if p.node().Status != Up { // its poller finds out when it is back
			continue
		}
		var end streamEnd
		if err := p.fleet.contain("follow node "+p.name, func() { end = p.followOnce(ctx) }); err != nil {
			p.changeTrust(func() { p.trust.Closed(cesi.TextOf(err)) })
			end = streamEnd{pause: reconnectMax}
		}
		switch {
		case end.pause > 0:
			pause = end.pause
		case end.opened && end.silent >= cutAfter:
			failures, pause = 0, 0
		case end.opened:
			failures = 0
		default:
			failures++
			pause = min(reconnectMin<<min(failures, 10), reconnectMax)
		}
		pause = time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64())) // not all nodes at once
	}
}

// streamEnd is how a stream of a main log ended.
type streamEnd struct {
	opened bool          // there was one
	silent time.Duration // how long it was silent at its end
	pause  time.Duration // that its end asks for; 0: none
}

// followOnce follows the log as long as its stream lasts.
func (p *poller) followOnce(ctx context.Context) (end streamEnd) {
	select {
	case p.fleet.opening <- struct{}{}:
	case <-ctx.Done():
		return end
	}
	opened := sync.OnceFunc(func() { <-p.fleet.opening })
	defer opened()
	last := time.Now()
	hints, noise := &hinter{poller: p, hints: follow.NewHints(last)}, follow.Noise{}
	err := p.client.FollowMainLog(ctx, func(line cesi.MainLogLine, bytes int) error {
		last = time.Now()
		if !end.opened {
			end.opened = true
			opened()
			p.changeTrust(p.trust.Opened)
			hints.give() // there may have been changes before the stream
		}
		switch {
		case line.Level == "BLAT":
			return errBlather
		case line.Level == "INFO":
			p.changeTrust(p.trust.Told)
		}
		if line.Event == cesi.LogNothing {
			if noise.TooMuch(last, bytes) {
				return errNoise
			}
			return nil
		}
		if line.Name != "" {
			p.trust.Announced(line.Name, p.fleet.opts.Now())
		}
		hints.give()
		return nil
	})
	why := cesi.TextOf(err)
	switch {
	case errors.Is(err, errBlather):
		why, end.pause = cesi.T("its loglevel is blather: following it would make it log without end"), blatherPause
	case errors.Is(err, errNoise):
		why, end.pause = cesi.T("its log says too much else"), noisePause
	case cesi.IsNoLog(err), cesi.IsUnreadableLog(err):
		why, end.pause = cesi.T("it has no log to follow"), noLogPause
	}
	p.changeTrust(func() { p.trust.Closed(why) })
	hints.give()
	end.silent = time.Since(last)
	return end
}

// changeTrust changes the trust, and shows it on the node's page if it is another.
func (p *poller) changeTrust(change func()) {
	before := p.followingNow()
	change()
	if !sameFollowing(before, p.followingNow()) {
		p.publish(func(*Node) {})
	}
}

func (p *poller) followingNow() (f Following) {
	f.On, f.Why = p.trust.Status(p.fleet.opts.Now())
	return f
}

func sameFollowing(a, b Following) bool { return a.On == b.On && a.Why.Equal(b.Why) }

// hinter has the node polled for lines that tell of changes.
type hinter struct {
	poller *poller

	mu    sync.Mutex
	hints *follow.Hints
	late  bool // a poll is asked for when it may begin
}

// give asks for a poll of all processes, now or as soon as one may begin.
func (h *hinter) give() {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait := h.hints.Take(time.Now())
	switch {
	case wait == 0:
		h.poller.trust.Hint()
		h.poller.wake()
	case !h.late:
		h.late = true
		time.AfterFunc(wait, func() { _ = h.poller.fleet.contain("hint at node "+h.poller.name, h.again) })
	}
}

func (h *hinter) again() {
	h.mu.Lock()
	h.late = false
	h.mu.Unlock()
	h.give()
}

// pollAsDue polls all processes, or asks a followed node only whether it runs. All are
// polled if a command waits for that, or if the node did not answer.
func (p *poller) pollAsDue(ctx context.Context, waiting bool) {
	due := p.trust.FullPollDue(p.fleet.opts.Now(), p.pollInterval())
	if due || waiting || p.failures > 0 || p.client == nil || p.node().Status != Up {
		p.poll(ctx)
		return
	}
	p.pollState(ctx)
}

// pollState asks a followed node only whether it runs.
func (p *poller) pollState(ctx context.Context) {
	deadline, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	began := p.fleet.opts.Now()
	err := p.client.State(deadline)
	if ctx.Err() != nil {
		return
	}
	now := p.fleet.opts.Now()
	switch {
	case cesi.FaultOf(err) == cesi.FaultUnknownMethod: // a server that is no supervisord
		p.changeTrust(func() { p.trust.Distrust(now) })
	case err != nil:
		p.fail(err, now)
	default:
		p.publish(func(n *Node) { n.LastContact, n.Latency = now, now.Sub(began) })
	}
}

// fullInterval is the longest time between two polls of all processes of a node that is
// well: the node's history tells by it whether an answer is missing.
func (p *poller) fullInterval() time.Duration {
	if p.config().Follow {
		return max(follow.FullInterval, p.pollInterval())
	}
	return p.pollInterval()
}

// changedNames lists the processes that have changed in a way for which supervisord writes
// a line, by their names in it.
func changedNames(known *Node, processes cesi.ProcessList) []string {
	if known.Status != Up {
		return nil
	}
	var names []string
	for p := range processes.All() {
		was, found := known.Process(p.ProcessID)
		state := was.State
		if was.Wanted != nil {
			state = was.Wanted.State
		}
		if found && (was.PID != p.PID || was.Start != p.Start || state != p.State) {
			names = append(names, p.Name)
		}
	}
	return names
}
