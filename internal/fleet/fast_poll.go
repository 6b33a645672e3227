package fleet

import (
	"context"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// fastPollInterval is how often a process is asked by itself while it matters.
	fastPollInterval = 250 * time.Millisecond
	// quickCalls bounds such calls, of each fastPollInterval: 100 a second in all.
	quickCalls = 25
	// quickPerNode bounds those that wait for the same node.
	quickPerNode = 4
)

// fastPoll asks single processes between two polls of their nodes: those with a
// command under way, and those that somebody looks at while they start or stop.
type fastPoll struct {
	fleet *Fleet

	mu     sync.Mutex
	looked func(Ref) bool // nil: nobody looks
	asking map[Ref]bool
	onNode map[string]int
	next   int // where in the list the next round begins
}

// SetVisible tells how to find out whether somebody looks at a process.
func (f *Fleet) SetVisible(looked func(Ref) bool) {
	f.quick.mu.Lock()
	defer f.quick.mu.Unlock()
	f.quick.looked = looked
}

// loop asks until ctx ends.
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

// round asks as many as it may, and goes on from there in the next one.
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
		if asked == quickCalls {
			break
		}
		q.next = began + i + 1
		ref := list[(began+i)%len(list)]
		if q.asking[ref] || q.onNode[ref.Node] == quickPerNode {
			continue
		}
		asked++
		q.asking[ref] = true
		q.onNode[ref.Node]++
		q.fleet.pollers.Go(func() { _ = q.fleet.contain("ask "+ref.String(), func() { q.ask(ctx, ref) }) })
	}
}

// transitioning lists the processes to ask, each once, in an order that lasts.
func (q *fastPoll) transitioning() []Ref {
	list := q.fleet.commands.flights.refs()
	q.mu.Lock()
	looked := q.looked
	q.mu.Unlock()
	if looked != nil {
		for _, n := range q.fleet.Snapshot().Nodes {
			if n.Status == Up && n.Counts.Starting+n.Counts.Stopping > 0 {
				list = append(list, n.transitioning(looked)...)
			}
		}
	}
	slices.SortFunc(list, Ref.compare)
	return slices.Compact(list)
}

// transitioning lists what starts or stops and is looked at.
func (n *Node) transitioning(looked func(Ref) bool) []Ref {
	var list []Ref
	for _, p := range n.Processes {
		ref := Ref{Node: n.Name, ProcessID: p.ProcessID}
		if (p.State == cesi.Starting || p.State == cesi.Stopping) && looked(ref) {
			list = append(list, ref)
		}
	}
	return list
}

// ask asks one process and puts its answer into its node. A failure says nothing
// new: the node's next poll will tell.
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

// merge takes in what the node has just said of one process.
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
			n.Counts.count(p.Process)
		}
	})
}
