package logtail

import (
	"context"
	"io"
	"time"

	"cesi/internal/cesi"
)

// readSize is how many bytes are read from a stream at once.
const readSize = 32 << 10

// feed is one followed log: the stream from its node, and the latest events for its
// watchers.
type feed struct {
	logs   *Logs
	key    key
	cancel context.CancelFunc
	opened bool // a stream was opened before
	polled polled
	ring
}

func newFeed(l *Logs, k key) *feed {
	f := &feed{logs: l, key: k, polled: polled{next: -1}}
	f.ring.init(Event{Kind: State, Sentence: opening()})
	return f
}

// work runs the feed. A panic ends only this feed, and its watchers get an End.
func (f *feed) work(ctx context.Context) {
	if err := f.contain("follow", func() error { f.run(ctx); return nil }); err != nil {
		f.add(ctx, Event{Kind: End, Sentence: said(err)})
	}
}

// contain runs a part of the feed's work. A panic ends only that part.
func (f *feed) contain(what string, work func() error) error {
	return cesi.Contain(f.logs.log, what+" "+f.key.log.String()+" on "+f.key.node, work)
}

// run keeps the stream open until ctx ends or the log is gone for good.
func (f *feed) run(ctx context.Context) {
	wait := f.logs.timing.retry
	var missing time.Time
	for ctx.Err() == nil {
		err := f.check()
		if cesi.KindOf(err) == cesi.NotFound && err != nil {
			if missing.IsZero() {
				missing = time.Now()
			}
			if time.Since(missing) >= f.logs.timing.gone {
				f.add(ctx, Event{Kind: End, Sentence: said(err)})
				return
			}
			f.state(ctx, false, said(err))
			pause(ctx, f.logs.timing.retry)
			continue
		}
		missing = time.Time{}
		if f.logs.isHeld(f.key.node) {
			f.poll(ctx)
			continue
		}
		s, held, err := f.open(ctx)
		if held {
			continue
		}
		if err != nil {
			f.state(ctx, false, waitingFor(err))
			pause(ctx, wait)
			wait = min(2*wait, f.logs.timing.maxRetry)
			continue
		}
		if f.opened {
			f.add(ctx, Event{Kind: Seam, Sentence: brokeOff()})
		}
		if s.copy(ctx) {
			wait, f.opened = f.logs.timing.retry, true
		}
		if !f.logs.isHeld(f.key.node) {
			f.opened = true
			pause(ctx, wait)
			wait = min(2*wait, f.logs.timing.maxRetry)
		}
	}
}

func (f *feed) check() error { return f.logs.source.CheckLog(f.key.node, f.key.log) }

// size asks the node for the log's length.
func (f *feed) size(ctx context.Context) (int64, error) {
	return f.logs.source.LogSize(ctx, f.key.node, f.key.log)
}

// open opens the stream. Held says that the node answers but the stream gives nothing:
// a proxy in between buffers it.
func (f *feed) open(ctx context.Context) (s *stream, held bool, err error) {
	before, err := f.size(ctx)
	if cesi.IsUnreadableLog(err) {
		return nil, false, err
	}
	if err != nil {
		before = -1
	}
	type answer struct {
		stream io.ReadCloser
		err    error
	}
	opening, cancel := context.WithCancel(ctx)
	answers := make(chan answer, 1)
	go func() {
		var a answer
		if err := f.contain("open", func() error {
			a.stream, a.err = f.logs.source.FollowLog(opening, f.key.node, f.key.log)
			return nil
		}); err != nil {
			a.err = err
		}
		answers <- a
	}()
	var a answer
	patience := time.NewTimer(f.logs.timing.silent)
	defer patience.Stop()
	select {
	case a = <-answers:
		if cesi.KindOf(a.err) == cesi.Timeout && a.err != nil {
			held = f.answers(ctx)
		}
	case <-patience.C:
		if held = f.answers(ctx); held {
			cancel()
		}
		a = <-answers
	}
	switch {
	case held && a.err != nil:
		f.logs.hold(f.key.node)
	case a.err == nil:
		return newStream(f, a.stream, cancel, before), false, nil
	}
	cancel()
	return nil, held, a.err
}

// answers reports whether the node answers calls about the log.
func (f *feed) answers(ctx context.Context) bool {
	_, err := f.size(ctx)
	return err == nil
}

// state tells the watchers whether the log is live, if that has changed.
func (f *feed) state(ctx context.Context, live bool, sentence cesi.Text) {
	if e := (Event{Kind: State, Live: live, Sentence: sentence}); f.news(e) {
		f.add(ctx, e)
	}
}

// text sends text of any length to the watchers.
func (f *feed) text(ctx context.Context, text []byte) {
	for len(text) > 0 {
		n := min(len(text), readSize)
		f.add(ctx, Event{Kind: Text, Text: text[:n]})
		text = text[n:]
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
