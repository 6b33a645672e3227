package logtail

import (
	"context"
	"sync"
	"time"

	"cesi/internal/i18n"
)

// Kind is what an Event tells.
type Kind int

// The kinds of events.
const (
	Text  Kind = iota // bytes of the log, in order
	Seam              // the text that follows does not continue the text before
	State             // whether the log is live
	End               // nothing more will come
)

// Event is something that happened to a watched log.
type Event struct {
	Kind     Kind
	Text     []byte      // until the next call
	Offset   int64       // of the first byte of Text in the log, or of what follows a rotation; -1: not known
	Rotated  bool        // for Seam: what follows is another file
	Live     bool        // for State
	Sentence i18n.Phrase // for people; for all but Text
}

const (
	// ringSize is how much of a log is kept for its watchers, in bytes. Who is
	// further behind misses something.
	ringSize = 2 << 20
	// maxEvents bounds the events besides, should a log come in drops.
	maxEvents = 1 << 14
	// greetingSize is how much of what has come already a new watcher gets, and
	// one that was left behind.
	greetingSize = 16 << 10
	// maxPatience is how long watchers may hold up a stream at once, and in the
	// long run a tenth of the time: the others wait meanwhile, and supervisord
	// keeps in memory what is not taken.
	maxPatience = 300 * time.Millisecond
)

// ring holds the last events of a feed. Each watcher has a place in it; the
// memory does not depend on how many there are or how slow they are.
type ring struct {
	mu         sync.Mutex
	events     []Event
	first      int64    // number of events[0], counted from the beginning
	size       int      // of the text in events, in bytes
	dropped    int64    // bytes of text before events[0]
	freeChunks [][]byte // chunks of readSize that nothing uses: a fast log makes no garbage
	current    Event    // the last State or End
	changed    chan struct{}
	taken      chan struct{} // has something when a watcher has gone on
	watches    map[*Watch]bool
	budget     time.Duration
	lastRefill time.Time // when patience was last reckoned
}

func (r *ring) init(current Event) {
	r.current = current
	r.changed = make(chan struct{})
	r.taken = make(chan struct{}, 1)
	r.watches = make(map[*Watch]bool)
	r.budget = maxPatience
	r.lastRefill = time.Now()
}

// news reports whether an event differs from the last one of its kind.
func (r *ring) news(e Event) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current.Live != e.Live || r.current.Sentence.String() != e.Sentence.String()
}

// add appends an event for all watchers, with a copy of its text. Where that
// takes away what one of them has not taken yet, it waits for it as long as
// patience lasts.
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

// chunk returns room for text: large ones are used again.
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

// drop takes the oldest event away, and leaves behind who has not taken it.
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

// wouldBlock reports whether a watcher that is not left behind yet would be by
// text of the given length.
func (r *ring) wouldBlock(length int) bool {
	for w := range r.watches {
		if !w.behind && w.next < r.first+1 && length > 0 {
			return true
		}
	}
	return false
}

// wait waits for a watcher to go on; false if there is no patience left. Call
// with mu held; it is not while waiting.
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

// joinAt adds a watcher, who gets the last of what there is.
func (r *ring) joinAt(w *Watch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watches[w] = true
	r.place(w)
}

// place puts a watcher before the last of the text, with the state of now.
func (r *ring) place(w *Watch) {
	w.next, w.at = r.recent()
	w.behind = false
	current := r.current
	w.greeting, w.greeted = &current, r.end()
}

// end is the number of the event that comes next.
func (r *ring) end() int64 { return r.first + int64(len(r.events)) }

// recent is the place before the last greetingSize bytes of text, but behind
// the last seam: its number and how much text came before.
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

// leave takes a watcher off and returns how many are left.
func (r *ring) leave(w *Watch) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watches, w)
	return len(r.watches)
}
