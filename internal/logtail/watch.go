package logtail

import (
	"cesi/internal/cesi"
	"context"
)

// Watch is one watcher of a log. Only one goroutine may use it.
type Watch struct {
	feed     *feed
	greeting *Event // the first event: the current state of the log
	buffer   []byte // the last returned text

	// Under the ring's lock.
	next    int64 // number of the next event
	at      int64 // bytes of text taken or lost
	greeted int64 // events with a smaller number are older than the greeting
	behind  bool  // the next event was dropped
}

func (f *feed) join() *Watch {
	w := &Watch{feed: f}
	f.joinAt(w)
	return w
}

// Close ends the watch.
func (w *Watch) Close() { w.feed.logs.leave(w) }

// Next waits for the next event and returns it. A watcher that is too slow loses text,
// and gets a Seam that says how much. It fails only when ctx ends.
func (w *Watch) Next(ctx context.Context) (Event, error) {
	if w.greeting != nil {
		e := *w.greeting
		w.greeting = nil
		return e, nil
	}
	for {
		e, changed := w.take()
		if changed == nil {
			return e, nil
		}
		select {
		case <-ctx.Done():
			return Event{}, ctx.Err()
		case <-changed:
		}
	}
}

// take returns the next event, or a channel that is closed when there is one.
func (w *Watch) take() (Event, <-chan struct{}) {
	r := &w.feed.ring
	r.mu.Lock()
	defer r.mu.Unlock()
	if w.behind {
		return w.catchUp(), nil
	}
	e, found := w.upcoming()
	if !found {
		return Event{}, r.changed
	}
	w.next++
	w.at += int64(len(e.Text))
	if e.Kind == Text {
		w.buffer = append(w.buffer[:0], e.Text...)
		w.more()
		e.Text = w.buffer
		e.Offset = -1
	}
	select {
	case r.taken <- struct{}{}:
	default:
	}
	return e, nil
}

// upcoming finds the next event, without states older than the greeting.
func (w *Watch) upcoming() (e Event, found bool) {
	r := &w.feed.ring
	for ; w.next < r.end(); w.next++ {
		if e = r.events[w.next-r.first]; e.Kind != State || w.next >= w.greeted {
			return e, true
		}
	}
	return Event{}, false
}

// more adds the text that follows directly, up to readSize bytes in all.
func (w *Watch) more() {
	r := &w.feed.ring
	for i := int(w.next - r.first); i < len(r.events); i++ {
		e := r.events[i]
		if e.Kind != Text || len(w.buffer)+len(e.Text) > readSize {
			return
		}
		w.buffer = append(w.buffer, e.Text...)
		w.next++
		w.at += int64(len(e.Text))
	}
}

// catchUp moves to the latest text, and returns a seam.
func (w *Watch) catchUp() Event {
	before := w.at
	w.feed.place(w)
	missed := w.at - before
	return Event{Kind: Seam, Sentence: cesi.T("%s skipped: the log is faster than this connection.", Bytes(missed))}
}
