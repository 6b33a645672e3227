package supervisor

import (
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// failedKept is how long a failed read of a log is not repeated. After that the log
	// may have been rotated unnoticed.
	failedKept = 10 * time.Minute
	// maxFailed bounds the failed reads that are remembered of one log.
	maxFailed = 512
	// maxSearched bounds the failed reads of one log in failedKept by the search for
	// readable text between unreadable bytes. Each one adds to supervisord's own log,
	// which a search through a log in another encoding must not fill.
	maxSearched = 120
	// maxRemembered bounds the logs of a node about which anything is remembered.
	maxRemembered = 256
)

// logMemory remembers the failed reads and the size of each log of a node, of the
// maxRemembered logs that were read last.
type logMemory struct {
	now func() time.Time

	mu   sync.Mutex
	logs map[cesi.LogName]*failedReads
	uses int64
}

// failedReads are the ranges of one log whose reads failed inside supervisord. They are
// not read again: each failure costs 2 KB of the node's own log.
type failedReads struct {
	mu    sync.Mutex
	now   func() time.Time
	reads map[[2]int64]time.Time
	size  int64 // last known size
	spent int   // failed reads by searches after since
	since time.Time
	used  int64 // logMemory.uses at its last use; guarded by logMemory.mu
}

func newLogMemory(now func() time.Time) *logMemory {
	return &logMemory{now: now, logs: make(map[cesi.LogName]*failedReads)}
}

func (m *logMemory) of(log cesi.LogName) *failedReads {
	m.mu.Lock()
	defer m.mu.Unlock()
	f, found := m.logs[log]
	if !found {
		if len(m.logs) >= maxRemembered {
			m.forget()
		}
		f = &failedReads{now: m.now, reads: make(map[[2]int64]time.Time)}
		m.logs[log] = f
	}
	m.uses++
	f.used = m.uses
	return f
}

// forget removes the log with the oldest use. Call with mu held.
func (m *logMemory) forget() {
	var oldest cesi.LogName
	used := m.uses + 1
	for log, f := range m.logs {
		if f.used < used {
			oldest, used = log, f.used
		}
	}
	delete(m.logs, oldest)
}

func (f *failedReads) has(from, to int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, found := f.reads[[2]int64{from, to}]
	return found && f.now().Sub(at) < failedKept
}

func (f *failedReads) add(from, to int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.reads) >= maxFailed {
		clear(f.reads)
	}
	f.reads[[2]int64{from, to}] = f.now()
}

// grown records the log's size. A smaller size than before means another log: the
// failures of the old one are removed.
func (f *failedReads) grown(size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if size < f.size {
		clear(f.reads)
	}
	f.size = size
}

// last returns the size that grown recorded last.
func (f *failedReads) last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// maySearch reports whether the log has failures left for searches.
func (f *failedReads) maySearch() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now().Sub(f.since) >= failedKept {
		f.spent, f.since = 0, f.now()
	}
	return f.spent < maxSearched
}

func (f *failedReads) searched(failures int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spent += failures
}
