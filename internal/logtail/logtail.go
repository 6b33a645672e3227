// Package logtail watches and searches the logs of the fleet's processes for many
// readers at once: one stream from a supervisord however many watch, and one
// search at a time on a node.
//
// It reads logs only through Source. It knows neither browsers nor how a log is
// drawn.
package logtail

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// Source reads the logs of the fleet's nodes. Its errors are *cesi.Errors.
type Source interface {
	// LogSize returns the length of a log in bytes.
	LogSize(ctx context.Context, node string, log cesi.LogName) (int64, error)
	// ReadLog returns a stretch of a log, or as much of it as there is.
	ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error)
	// FollowLog opens the stream of what is added to a log, which begins with its
	// last 1,024 bytes.
	FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error)
	// CheckLog says, without asking the node, why a log has nothing new: NotFound
	// where it is gone for good, another kind where the node does not answer.
	CheckLog(node string, log cesi.LogName) error
}

// Logs is safe for concurrent use.
type Logs struct {
	source Source
	log    *slog.Logger
	timing timing

	computing chan struct{} // holds the searches that compute, half of the processors

	mu       sync.Mutex
	feeds    map[key]*feed
	slots    slots
	held     map[string]time.Time // nodes whose streams are held back, and until when
	searches map[string]*turn     // by node, while there are any
}

// key names a log of the fleet.
type key struct {
	node string
	log  cesi.LogName
}

// timing is how long things take; tests have less patience.
type timing struct {
	check    time.Duration // between two looks at whether the node answers
	retry    time.Duration // before the first try to open a stream again
	maxRetry time.Duration
	gone     time.Duration // for how long a process may be missing: an update removes and adds it
	silent   time.Duration // before a stream that does not come is held back, and between two looks at one that gives nothing
	verify   time.Duration // between two looks at whether a log was rotated, while it is written
	poll     time.Duration // between two reads of a log whose stream is held back
	turn     time.Duration // for which a search waits for others
	match    time.Duration // for which a search computes
}

// New returns Logs that watch nothing. A panic in what they do is logged.
func New(source Source, log *slog.Logger) *Logs {
	return &Logs{
		source: source, log: log, feeds: make(map[key]*feed), searches: make(map[string]*turn), held: make(map[string]time.Time),
		computing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		timing: timing{check: 2 * time.Second, retry: time.Second, maxRetry: 15 * time.Second, gone: 10 * time.Second,
			silent: 2500 * time.Millisecond, verify: 250 * time.Millisecond, poll: pollEvery, turn: turnTime, match: matchTime},
	}
}

// Watch begins to watch a log. The caller closes what it returns; the stream
// from the node ends with the last one. It fails with TooManyOpen where too many
// logs of the node are watched.
func (l *Logs) Watch(node string, log cesi.LogName) (*Watch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.watch(key{node, log})
}

// watch is Watch. Call with mu held.
func (l *Logs) watch(k key) (*Watch, error) {
	f, found := l.feeds[k]
	if !found {
		if err := l.slots.takeNode(k.node); err != nil {
			return nil, err
		}
		f = newFeed(l, k)
		l.feeds[k] = f
		ctx, cancel := context.WithCancel(context.Background())
		f.cancel = cancel
		go f.work(ctx)
	}
	return f.join(), nil
}

// leave takes a watcher off a feed, and ends a feed that nobody watches.
func (l *Logs) leave(w *Watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.feed.leave(w) == 0 && l.feeds[w.feed.key] == w.feed {
		delete(l.feeds, w.feed.key)
		count(&l.slots.ofNode, w.feed.key.node, -1)
		w.feed.cancel()
	}
}
