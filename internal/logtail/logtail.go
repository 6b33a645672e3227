// Package logtail follows and searches the logs of the fleet's processes for many
// readers at once: one stream from a supervisord however many readers there are, and
// one search at a time on a node.
//
// It reads logs only through Source. Browsers, and the look of a log, do not belong
// here.
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
	// ReadLog returns the bytes of a log between two offsets, as far as they exist.
	ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error)
	// FollowLog opens the stream of new text of a log. It begins with the last 1,024
	// bytes of the log.
	FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error)
	// CheckLog says, without asking the node, why a log has nothing new: NotFound if it
	// is gone for good, another kind if the node does not answer.
	CheckLog(node string, log cesi.LogName) error
}

// Logs is safe for concurrent use.
type Logs struct {
	source Source
	log    *slog.Logger
	timing timing

	computing chan struct{} // held by searches that compute: at most half of the processors

	mu       sync.Mutex
	feeds    map[key]*feed
	slots    slots
	held     map[string]time.Time // nodes whose streams a proxy buffers, and until when
	searches map[string]*turn     // by node, while there are any
}

// key names a log of the fleet.
type key struct {
	node string
	log  cesi.LogName
}

// timing holds the intervals and time limits; tests use shorter ones.
type timing struct {
	check    time.Duration // between two checks whether the node answers
	retry    time.Duration // before a stream is opened again for the first time
	maxRetry time.Duration
	gone     time.Duration // how long a process may be missing: an update removes and adds it
	silent   time.Duration // until a stream without data counts as buffered, and between two checks of an idle one
	verify   time.Duration // between two checks for a rotation, while text comes
	poll     time.Duration // between two reads of a log whose stream is buffered
	turn     time.Duration // how long a search waits for others
	match    time.Duration // how long a search may compute
}

// New returns Logs that follow nothing yet. Panics in its goroutines are logged.
func New(source Source, log *slog.Logger) *Logs {
	return &Logs{
		source: source, log: log, feeds: make(map[key]*feed), searches: make(map[string]*turn), held: make(map[string]time.Time),
		computing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		timing: timing{check: 2 * time.Second, retry: time.Second, maxRetry: 15 * time.Second, gone: 10 * time.Second,
			silent: 2500 * time.Millisecond, verify: 250 * time.Millisecond, poll: pollEvery, turn: turnTime, match: matchTime},
	}
}

// Watch begins to follow a log. The caller must close the Watch; the stream from the
// node ends with the last one. It fails with TooManyOpen if too many logs of the node
// are followed.
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

// leave removes a watcher from its feed, and ends a feed without watchers.
func (l *Logs) leave(w *Watch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.feed.leave(w) == 0 && l.feeds[w.feed.key] == w.feed {
		delete(l.feeds, w.feed.key)
		count(&l.slots.ofNode, w.feed.key.node, -1)
		w.feed.cancel()
	}
}
