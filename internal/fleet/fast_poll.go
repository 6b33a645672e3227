package fleet

import (
	"context"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// fastPollInterval is how often a single process is polled.
	fastPollInterval = 250 * time.Millisecond
	// fastCalls bounds those calls in each fastPollInterval: 100 a second in all.
	fastCalls = 25
	// fastPerNode bounds the calls that wait for one node.
	fastPerNode = 4
)

// fastPoll polls single processes between two polls of their nodes: processes with a
// running command, and visible processes that start or stop.
type fastPoll struct {
	fleet *Fleet

	mu      sync.Mutex
	visible func(Ref) bool // nil: none is visible
	asking  map[Ref]bool
	onNode  map[string]int
	next    int // index in the list where the next round begins
}

// SetVisible sets the function that reports whether an open page shows a process.
func (f *Fleet) SetVisible(visible func(Ref) bool) {
	f.fast.mu.Lock()
	defer f.fast.mu.Unlock()
	f.fast.visible = visible
}

// loop polls until ctx ends.
func (q *fastPoll) loop(ctx context.Context) {
	tick := time.NewTicker(fastPollInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = q.fleet.contain("ask what starts and stops", func() { q.round(ctx) })
		}
	}
}

// round polls as many processes as it may; the next round continues after them.
func (q *fastPoll) round(ctx context.Context) {
	list := q.transitioning()
	if len(list) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	began := q.next % len(list)
	asked := 0
	for i := range list {
		if asked == fastCalls {
			break
		}
		q.next = began + i + 1
		ref := list[(began+i)%len(list)]
		if q.asking[ref] || q.onNode[ref.Node] == fastPerNode {
			continue
		}
		asked++
		q.asking[ref] = true
		q.onNode[ref.Node]++
		q.fleet.pollers.Go(func() { _ = q.fleet.contain("ask "+ref.String(), func() { q.ask(ctx, ref) }) })
	}
}

// transitioning lists the processes to poll, each once, in a stable order: those with a
// running command, and the visible ones that start or stop.
func (q *fastPoll) transitioning() []Ref {
	list := q.fleet.commands.inFlight.refs()
	q.mu.Lock()
	visible := q.visible
	q.mu.Unlock()
	if visible != nil {
		for _, n := range q.fleet.Snapshot().Nodes {
			if n.Status == Up && n.Counts.Starting+n.Counts.Stopping > 0 {
				list = append(list, n.transitioning(visible)...)
			}
		}
	}
	slices.SortFunc(list, Ref.compare)
	return slices.Compact(list)
}

// transitioning lists the visible processes that start or stop.
func (n *Node) transitioning(visible func(Ref) bool) []Ref {
	var list []Ref
	for _, p := range n.Processes {
		ref := Ref{Node: n.Name, ProcessID: p.ProcessID}
		if (p.State == cesi.Starting || p.State == cesi.Stopping) && visible(ref) {
			list = append(list, ref)
		}
	}
	return list
}

// ask polls one process and merges its answer into its node. Failures are ignored: the
// node's next poll reports them.
func (q *fastPoll) ask(ctx context.Context, ref Ref) {
	defer func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.asking, ref)
		if q.onNode[ref.Node]--; q.onNode[ref.Node] == 0 {
			delete(q.onNode, ref.Node)
		}
	}()
	p, err := q.fleet.poller(ref.Node)
	if err != nil || p.client == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	if process, err := p.client.Process(ctx, ref.ProcessID); err == nil {
		p.merge(process)
	}
}

// merge stores the node's latest answer about one process.
func (p *poller) merge(process cesi.Process) {
	now := p.fleet.opts.Now()
	p.publish(func(n *Node) {
		i, found := n.find(process.ProcessID)
		if !found || n.Status != Up || n.Processes[i].Now > process.Now {
			return
		}
		n.Processes = slices.Clone(n.Processes)
		n.Processes[i].Process, n.Processes[i].Wanted = process, nil // marked again when published
		n.history = n.history.RecordOne(process, now, n.answeredIn(now))
		n.Counts = Counts{}
		for _, p := range n.Processes {
			n.Counts.Count(p.Process)
		}
	})
}
