// Package fleet keeps the state of all nodes and controls them: one poller for each
// node, an immutable snapshot for pages and API, and Control, which executes every
// command.
//
// It uses supervisords only through Client, the activity log only through Journal, and
// stored history only through History. Rendering and storing do not belong here.
package fleet

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

// Options are the dependencies of a Fleet. All are required except History, Wanted and
// RestartSelf.
type Options struct {
	// Dial makes the client of one node, without connecting.
	Dial    func(cesi.Node) (Client, error)
	Journal Journal
	History History     // nil: history is lost when this program ends
	Wanted  WantedStore // nil: wanted processes are lost when this program ends
	Log     *slog.Logger
	Now     func() time.Time
	// Self says which program of a supervisord this CeSI is; the zero value means none.
	Self Self
	// RestartSelf makes this program execute itself again. It returns at once, so that
	// requests can still be answered.
	RestartSelf func()
}

// Settings are the configuration of a Fleet that can change.
type Settings struct {
	Nodes        []cesi.Node
	Environments []cesi.Environment
	// PollInterval is the time between two polls of a node that answers.
	PollInterval time.Duration
	// ActionTimeout bounds one start or stop of one process, or of a whole group or
	// node if supervisord does it in one call.
	ActionTimeout time.Duration
}

// Fleet has the state of all nodes and controls them. Its methods may be called from
// any goroutine.
type Fleet struct {
	opts Options

	mu       sync.Mutex
	running  context.Context // nil until Run
	settings Settings
	order    []*poller // in the order of the configuration
	leaving  []*poller // removed from the configuration, but with a running command
	pollers  sync.WaitGroup

	// published counts all publications of pollers, changed those with a visible
	// change.
	published atomic.Uint64
	changed   atomic.Uint64
	cached    atomic.Pointer[cachedSnapshot]

	gone    map[string]Node // nodes without a poller, with their histories
	unsaved history.Unsaved

	watchers struct {
		mu   sync.Mutex
		list []chan struct{}
	}

	commands *commands
	opening  chan struct{} // a slot for each stream of a main log that is being opened
	wanted   *wantedList
	fast     fastPoll
}

type cachedSnapshot struct {
	published uint64
	snapshot  *Snapshot
}

// New returns a Fleet without nodes; Apply adds nodes, and Run polls them.
func New(opts Options) *Fleet {
	f := &Fleet{opts: opts, commands: newCommands(), gone: make(map[string]Node), opening: make(chan struct{}, openingStreams)}
	f.wanted = &wantedList{fleet: f, of: make(map[string]map[cesi.ProcessID]wantedProcess)}
	f.fast = fastPoll{fleet: f, asking: make(map[Ref]bool), onNode: make(map[string]int)}
	return f
}

// Run polls the nodes until ctx ends, and returns when every poller has ended.
func (f *Fleet) Run(ctx context.Context) {
	f.mu.Lock()
	f.running = ctx
	for _, p := range f.order {
		f.startPoller(p)
	}
	f.pollers.Go(func() { _ = f.contain("ask what starts and stops", func() { f.fast.loop(ctx) }) })
	if f.opts.History != nil {
		f.pollers.Go(func() { _ = f.contain("keep the history", func() { f.keepHistory(ctx) }) })
	}
	f.mu.Unlock()
	<-ctx.Done()
	f.pollers.Wait()
}

// Apply applies new settings: pollers of new nodes start, those of removed nodes end
// (after a running command), and a node with another address or login is connected
// again.
func (f *Fleet) Apply(s Settings) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.settings = s
	old := make(map[string]*poller, len(f.order)+len(f.leaving))
	for _, p := range slices.Concat(f.leaving, f.order) {
		old[p.name] = p
	}
	f.leaving = nil
	f.order = make([]*poller, 0, len(s.Nodes))
	for _, node := range s.Nodes {
		p, known := old[node.Name]
		if !known || !p.reconfigure(node) {
			p = f.newPoller(node, f.takeGone(node.Name, p))
			if f.running != nil {
				f.startPoller(p)
			}
		}
		p.setInterval(s.PollInterval)
		f.order = append(f.order, p)
	}
	for _, p := range old {
		if !slices.Contains(f.order, p) {
			f.retire(p)
		}
	}
	f.wanted.forgetNodes(s.Nodes)
	f.notify(true)
}

// retire ends a poller that is no longer in the configuration. With a running command
// it stays visible until that has ended, unless a new poller has its name. Call with mu
// held.
func (f *Fleet) retire(p *poller) {
	replaced := slices.ContainsFunc(f.order, func(o *poller) bool { return o.name == p.name })
	if !replaced {
		f.gone[p.name] = *p.node()
	}
	if ended := p.retire(f.forget); !ended && !replaced {
		f.leaving = append(f.leaving, p)
	}
}

// forget removes a retired poller from the snapshot.
func (f *Fleet) forget(p *poller) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leaving = slices.DeleteFunc(f.leaving, func(o *poller) bool { return o == p })
	f.notify(true)
}

// startPoller runs a poller until the fleet or the poller ends. Call with mu held and
// running set.
func (f *Fleet) startPoller(p *poller) {
	ctx := f.running
	f.pollers.Go(func() { _ = f.contain("poll node "+p.name, func() { p.loop(ctx) }) })
}

// Poll polls a node now, regardless of its back-off, and returns when it has answered
// or failed, or when ctx ends. It polls at most once a second: requests in between
// share one poll.
func (f *Fleet) Poll(ctx context.Context, node string) error {
	p, err := f.poller(node)
	if err != nil {
		return err
	}
	select {
	case <-p.force():
	case <-ctx.Done():
	}
	return nil
}

func (f *Fleet) poller(node string) (*poller, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range slices.Concat(f.order, f.leaving) {
		if p.name == node {
			return p, nil
		}
	}
	return nil, cesi.Errorf(cesi.NotFound, "there is no node %q", node)
}

// Ready reports whether every node has been polled at least once.
func (f *Fleet) Ready() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !slices.ContainsFunc(f.order, func(p *poller) bool { return p.node().Status == Connecting })
}

// Snapshot returns the present state of the fleet. It waits for no node. It costs a
// pass over the nodes, only if one has published since the last call.
func (f *Fleet) Snapshot() *Snapshot {
	published := f.published.Load()
	if c := f.cached.Load(); c != nil && c.published == published {
		return c.snapshot
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s := &Snapshot{
		Version:      f.changed.Load(),
		Environments: f.settings.Environments,
		byName:       make(map[string]*Node, len(f.order)),
	}
	for _, p := range slices.Concat(f.order, f.leaving) {
		s.include(p.node())
	}
	f.cached.Store(&cachedSnapshot{published: published, snapshot: s})
	return s
}
