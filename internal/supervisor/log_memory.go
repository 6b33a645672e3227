package supervisor

import (
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// failedKept is for how long a failed read of a log is not repeated. A log
	// may have been rotated since without anybody noticing.
	failedKept = 10 * time.Minute
	// maxFailed bounds how many are remembered of one log.
	maxFailed = 512
	// maxSearched bounds how many failures the search for what can be read
	// between unreadable bytes may cause in one log in that time: a search through
	// a log in another encoding must not fill the node's own log.
	maxSearched = 120
	// maxRemembered bounds of how many logs of a node something is remembered.
	maxRemembered = 256
)

// logMemory remembers what is known of the logs of a node: of those that were
// asked for last, maxRemembered at most.
type logMemory struct {
	now func() time.Time

	mu   sync.Mutex
	logs map[cesi.LogName]*failedReads
	uses int64
}

// failedReads are the stretches of one log that failed inside supervisord, so
// that they are not asked for again: each failure costs 2 KB of the node's own
// log.
type failedReads struct {
	mu    sync.Mutex
	now   func() time.Time
	reads map[[2]int64]time.Time
	size  int64 // as it was known last
	spent int   // failures of searches since the time
	since time.Time
	used  int64 // when it was asked for last, in uses of the memory; under its lock
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

// forget drops what was asked for least recently. Call with mu held.
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

// grown takes down the log's size. One that is smaller than before is another
// log: what was known of the old one is forgotten.
func (f *failedReads) grown(size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if size < f.size {
		clear(f.reads)
	}
	f.size = size
}

// last returns the size that was taken down last.
func (f *failedReads) last() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// maySearch reports whether the log has failures left to be searched with.
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
