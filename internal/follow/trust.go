// Package follow decides what a supervisord's own log is good for. supervisord writes a
// line there for each change of a process, and hands the log out as a stream. While that
// stream tells of changes, a node needs to be polled only now and then.
//
// It knows no node and polls nothing: package fleet does.
package follow

import (
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// FullInterval is how often all processes of a followed node are polled, unless the
	// poll interval is longer.
	FullInterval = 15 * time.Second
	// lateLine is how long after a change its line may still come: an idle supervisord
	// looks at its streams once a second.
	lateLine = 3 * time.Second
	// distrustTime is how long a node is polled in full after a change without a line.
	distrustTime = 10 * time.Minute
)

// Trust is whether the stream of one node tells of all changes. It is safe for concurrent
// use. The zero Trust is of a node without a stream.
type Trust struct {
	mu         sync.Mutex
	open       bool      // the stream is there
	told       bool      // it has shown a line of level INFO
	distrusted time.Time // of the last change without a line
	why        cesi.Text // there is no stream
	hinted     bool      // a line asks for a full poll
	began      time.Time // when the last full poll began
	before     time.Time // when the one before it did

	announced map[string]time.Time // names of processes that lines told of, and when
	missing   map[string]time.Time // changes that were polled before their line, and when
}

// Status reports whether the stream is trusted, or why not; empty before the first try.
func (t *Trust) Status(now time.Time) (on bool, why cesi.Text) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.trusted(now):
		return true, cesi.Text{}
	case t.open && !t.told:
		return false, cesi.T("its log shows no lines of level INFO (loglevel, or no log file)")
	case t.open:
		return false, cesi.T("a change came without a line in its log")
	default:
		return false, t.why
	}
}

// trusted reports whether changes are announced. Call with mu held.
func (t *Trust) trusted(now time.Time) bool {
	return t.open && t.told && now.After(t.distrusted.Add(distrustTime))
}

// Opened begins a stream.
func (t *Trust) Opened() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open, t.told, t.why = true, false, cesi.Text{}
}

// Closed ends a stream, or says why there is none.
func (t *Trust) Closed(why cesi.Text) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.open, t.told, t.why, t.missing = false, false, why, nil
}

// Told takes a line of level INFO: with it, all changes are in the log.
func (t *Trust) Told() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = true
}

// Distrust has the node polled in full for a while.
func (t *Trust) Distrust(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.distrusted = now
}

// Announced takes a line that tells of a process, by its name without the group.
func (t *Trust) Announced(name string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.announced == nil {
		t.announced = make(map[string]time.Time)
	}
	if _, known := t.announced[name]; known || len(t.announced) < cesi.MaxProcesses {
		t.announced[name] = now
	}
	delete(t.missing, name)
}

// Hint asks for a full poll.
func (t *Trust) Hint() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hinted = true
}

// FullPollDue reports whether the next poll is for all processes.
func (t *Trust) FullPollDue(now time.Time, interval time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, since := range t.missing {
		if now.Sub(since) > lateLine {
			t.distrusted = now
			delete(t.missing, name)
		}
	}
	return t.hinted || !t.trusted(now) || now.Sub(t.began) >= max(FullInterval, interval)
}

// FullPollBegins is called when a full poll begins: a line that comes from now on asks for
// another.
func (t *Trust) FullPollBegins(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hinted, t.before, t.began = false, t.began, now
}

// Changed takes the names of processes that a full poll found changed. A change is
// announced by a line since the full poll before this one began; otherwise its line may
// still come, and if it does not, the trust ends.
func (t *Trust) Changed(names []string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, at := range t.announced {
		if at.Before(t.before) {
			delete(t.announced, name)
		}
	}
	if !t.trusted(now) {
		return
	}
	for _, name := range names {
		_, announced := t.announced[name]
		_, waits := t.missing[name]
		if !announced && !waits {
			if t.missing == nil {
				t.missing = make(map[string]time.Time)
			}
			t.missing[name] = now
		}
	}
}
