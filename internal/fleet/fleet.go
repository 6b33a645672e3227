// Package fleet keeps the state of all nodes and steers them: one poller a
// node, an immutable snapshot for whoever shows it, and Control, the one door
// through which every command goes.
//
// It knows supervisords only through Client, the activity log only through
// Journal and what outlasts it only through History. It renders nothing and
// stores nothing.
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

// Options are what a Fleet needs from outside. All but History, Wanted and RestartSelf
// are required.
type Options struct {
	// Dial makes the client of one node. It must not talk to it.
	Dial    func(cesi.Node) (Client, error)
	Journal Journal
	History History     // nil: the past is forgotten with this run
	Wanted  WantedStore // nil: what is wanted is forgotten with this run
	Log     *slog.Logger
	Now     func() time.Time
	// Self says what program this CeSI runs as; the zero value means none.
	Self Self
	// RestartSelf asks for this program to execute itself anew. It returns at
	// once; what is under way may still be answered.
	RestartSelf func()
}

// Settings are the part of the configuration that a Fleet follows.
type Settings struct {
	Nodes        []cesi.Node
	Environments []cesi.Environment
	// PollInterval is the time between two polls of a node that answers.
	PollInterval time.Duration
	// ActionTimeout bounds one start or stop of one process, or of a whole group
	// or node where supervisord does those at once.
	ActionTimeout time.Duration
}

// Fleet is the state of all nodes and the way to steer them. Its methods may be
// called from any goroutine.
type Fleet struct {
	opts Options

	mu       sync.Mutex
	running  context.Context // nil until Run
	settings Settings
	order    []*poller // in the configuration's order
	leaving  []*poller // out of the configuration, with a command still under way
	pollers  sync.WaitGroup

	// published counts every publication by a poller, changed those that changed
	// something to see.
	published atomic.Uint64
	changed   atomic.Uint64
	cached    atomic.Pointer[cachedSnapshot]

	gone    map[string]Node // nodes that no poller has, with their histories
	unsaved history.Unsaved

	watchers struct {
		mu   sync.Mutex
		list []chan struct{}
	}

	commands *commands
	wanted   *wantedList
	quick    fastPoll
}

type cachedSnapshot struct {
	published uint64
	snapshot  *Snapshot
}

// New returns a Fleet without nodes; Apply gives it some and Run asks them.
func New(opts Options) *Fleet {
	f := &Fleet{opts: opts, commands: newCommands(), gone: make(map[string]Node)}
	f.wanted = &wantedList{fleet: f, of: make(map[string]map[cesi.ProcessID]wantedProcess)}
	f.quick = fastPoll{fleet: f, asking: make(map[Ref]bool), onNode: make(map[string]int)}
	return f
}

// Run polls the nodes until ctx ends, and returns when every poller has.
func (f *Fleet) Run(ctx context.Context) {
	f.mu.Lock()
	f.running = ctx
	for _, p := range f.order {
		f.startPoller(p)
	}
	f.pollers.Go(func() { _ = f.contain("ask what starts and stops", func() { f.quick.loop(ctx) }) })
	if f.opts.History != nil {
		f.pollers.Go(func() { _ = f.contain("keep the history", func() { f.keepHistory(ctx) }) })
	}
	f.mu.Unlock()
	<-ctx.Done()
	f.pollers.Wait()
}

// Apply takes up new settings: pollers of nodes that are new start, those of
// nodes that are gone end (after a command that is under way on them), and a
// node that is reached in another way is connected anew.
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

// retire ends a poller that the configuration no longer names. One with a
// command under way stays to be seen until that is over, unless a new poller
// has taken its name. Call with mu held.
func (f *Fleet) retire(p *poller) {
	replaced := slices.ContainsFunc(f.order, func(o *poller) bool { return o.name == p.name })
	if !replaced {
		f.gone[p.name] = *p.node()
	}
	if ended := p.retire(f.forget); !ended && !replaced {
		f.leaving = append(f.leaving, p)
	}
}

// forget takes a retired poller out of what is shown.
func (f *Fleet) forget(p *poller) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.leaving = slices.DeleteFunc(f.leaving, func(o *poller) bool { return o == p })
	f.notify(true)
}

// startPoller runs a poller until the fleet or the poller ends. Call with mu
// held and running set.
func (f *Fleet) startPoller(p *poller) {
	ctx := f.running
	f.pollers.Go(func() { _ = f.contain("poll node "+p.name, func() { p.loop(ctx) }) })
}

// Poll asks a node now, whatever its back-off, and returns when it has answered
// or failed to, or when ctx ends. A node is asked so once a second at most: polls
// that are asked for in between are one.
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

// Ready reports whether every node has been asked at least once.
func (f *Fleet) Ready() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !slices.ContainsFunc(f.order, func(p *poller) bool { return p.node().Status == Connecting })
}

// Snapshot returns the fleet as it is known now. It waits for no node; its cost
// is a pass over the nodes, and only when one has published since the last call.
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
