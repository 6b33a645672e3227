package logtail

import (
	"cesi/internal/cesi"
	"context"
	"sync"
	"time"
)

// Kind is the kind of an Event.
type Kind int

// The kinds of events.
const (
	Text  Kind = iota // bytes of the log, in order
	Seam              // the next text does not continue the text before
	State             // whether the log is live
	End               // there will be no more events
)

// Event is a change of a followed log.
type Event struct {
	Kind     Kind
	Text     []byte    // valid until the next call
	Offset   int64     // of the first byte of Text in the log, or after a rotation; -1: not known
	Rotated  bool      // for Seam: the next text is of another file
	Live     bool      // for State
	Sentence cesi.Text // for the page; for all kinds except Text
}

const (
	// ringSize is how many bytes of a log are kept for its watchers. A watcher that
	// falls further behind loses text.
	ringSize = 2 << 20
	// maxEvents bounds the number of events, for a log that comes in tiny pieces.
	maxEvents = 1 << 14
	// greetingSize is how many bytes of earlier text a new watcher gets, and a watcher
	// that lost text.
	greetingSize = 16 << 10
	// maxPatience is how long slow watchers may delay a stream at once; in the long run
	// they may delay it a tenth of the time. Meanwhile the other watchers wait, and
	// supervisord keeps the unread text in memory.
	maxPatience = 300 * time.Millisecond
)

// ring holds the last events of a feed. Each watcher has a position in it. The memory
// does not depend on the number of watchers or on their speed.
type ring struct {
	mu         sync.Mutex
	events     []Event
	first      int64    // number of events[0], counted from the start of the feed
	size       int      // bytes of text in events
	dropped    int64    // bytes of text before events[0]
	freeChunks [][]byte // unused chunks of readSize, so that a fast log makes no garbage
	current    Event    // the last State or End
	changed    chan struct{}
	taken      chan struct{} // receives when a watcher has moved on
	watches    map[*Watch]bool
	budget     time.Duration
	lastRefill time.Time // when budget was last increased
}

func (r *ring) init(current Event) {
	r.current = current
	r.changed = make(chan struct{})
	r.taken = make(chan struct{}, 1)
	r.watches = make(map[*Watch]bool)
	r.budget = maxPatience
	r.lastRefill = time.Now()
}

// news reports whether a state differs from the current one.
func (r *ring) news(e Event) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current.Live != e.Live || r.current.Sentence.String() != e.Sentence.String()
}

// add appends an event, with a copy of its text, for all watchers. If that would drop
// text that a watcher has not taken yet, it waits for that watcher as long as the
// budget lasts.
func (r *ring) add(ctx context.Context, e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.size+len(e.Text) > ringSize && r.wouldBlock(len(e.Text)) && r.wait(ctx) {
		continue
	}
	e.Text = append(r.chunk(len(e.Text)), e.Text...)
	r.events = append(r.events, e)
	r.size += len(e.Text)
	for r.size > ringSize || len(r.events) > maxEvents {
		r.drop()
	}
	if e.Kind == State || e.Kind == End {
		r.current = e
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// chunk returns a buffer for text; large ones are reused.
func (r *ring) chunk(length int) []byte {
	last := len(r.freeChunks) - 1
	switch {
	case length < readSize/2:
		return make([]byte, 0, length)
	case last < 0:
		return make([]byte, 0, readSize)
	}
	chunk := r.freeChunks[last]
	r.freeChunks = r.freeChunks[:last]
	return chunk
}

// drop removes the oldest event. Watchers that have not taken it lose it.
func (r *ring) drop() {
	oldest := r.events[0]
	r.events[0] = Event{}
	r.events = r.events[1:]
	r.size -= len(oldest.Text)
	r.dropped += int64(len(oldest.Text))
	r.first++
	if cap(oldest.Text) == readSize {
		r.freeChunks = append(r.freeChunks, oldest.Text[:0])
	}
	for w := range r.watches {
		w.behind = w.behind || w.next < r.first
	}
}

// wouldBlock reports whether text of the given length would make a watcher lose text.
func (r *ring) wouldBlock(length int) bool {
	for w := range r.watches {
		if !w.behind && w.next < r.first+1 && length > 0 {
			return true
		}
	}
	return false
}

// wait waits for a watcher to move on; false if the budget is used up. Call with mu
// held; it is released while waiting.
func (r *ring) wait(ctx context.Context) bool {
	now := time.Now()
	r.budget = min(maxPatience, r.budget+now.Sub(r.lastRefill)/10)
	r.lastRefill = now
	if r.budget < time.Millisecond {
		return false
	}
	r.mu.Unlock()
	timer := time.NewTimer(r.budget)
	select {
	case <-ctx.Done():
	case <-r.taken:
	case <-timer.C:
	}
	timer.Stop()
	r.mu.Lock()
	r.budget -= time.Since(now)
	r.lastRefill = time.Now()
	return ctx.Err() == nil
}

// joinAt adds a watcher, which first gets the latest text.
func (r *ring) joinAt(w *Watch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watches[w] = true
	r.place(w)
}

// place moves a watcher to the latest text, and gives it the current state.
func (r *ring) place(w *Watch) {
	w.next, w.at = r.recent()
	w.behind = false
	current := r.current
	w.greeting, w.greeted = &current, r.end()
}

// end is the number of the next event.
func (r *ring) end() int64 { return r.first + int64(len(r.events)) }

// recent returns the position before the last greetingSize bytes of text, but after the
// last seam: the number of the event, and how much text came before.
func (r *ring) recent() (next, at int64) {
	next, at = r.end(), r.dropped+int64(r.size)
	for i := len(r.events) - 1; i >= 0; i-- {
		e := r.events[i]
		have := r.dropped + int64(r.size) - at
		if e.Kind == Seam || have > 0 && have+int64(len(e.Text)) > greetingSize {
			break
		}
		next--
		at -= int64(len(e.Text))
	}
	return next, at
}

// leave removes a watcher and returns how many are left.
func (r *ring) leave(w *Watch) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watches, w)
	return len(r.watches)
}
