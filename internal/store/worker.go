package store

import (
	"cmp"
	"log/slog"
	"sync"

	"cesi/internal/cesi"
)

// worker runs a function in one goroutine at a time, on request. Requests during a run
// share the next run: that is how many commands share one commit.
type worker struct {
	run func()
	log *slog.Logger // nil: the default one

	mu      sync.Mutex
	running bool
	next    chan struct{} // closed at the end of the next run; nil: no request
}

// kick requests a run, and returns a channel that is closed when a run that began after
// the call has ended.
func (w *worker) kick() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next == nil {
		w.next = make(chan struct{})
	}
	if !w.running {
		w.running = true
		go w.work()
	}
	return w.next
}

func (w *worker) work() {
	for done := w.take(); done != nil; done = w.take() {
		_ = cesi.Contain(cmp.Or(w.log, slog.Default()), "work for the database", func() error {
			w.run()
			return nil
		})
		close(done)
	}
}

// take returns the channel to close after the next run, or nil without a request.
func (w *worker) take() chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	done := w.next
	w.next = nil
	w.running = done != nil
	return done
}
