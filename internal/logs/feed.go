package logs

import (
	"context"
	"io"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/words"
)

// readSize is how much is taken from a stream at once, in bytes.
const readSize = 32 << 10

// feed is one log that is watched: the stream from its node, and what the
// watchers have yet to take of it.
type feed struct {
	logs   *Logs
	key    key
	cancel context.CancelFunc
	ring
}

func newFeed(l *Logs, k key) *feed {
	f := &feed{logs: l, key: k}
	f.ring.init(Event{Kind: State, Sentence: opening()})
	return f
}

// work runs the feed. A defect in it ends the feed alone, and its watchers hear so.
func (f *feed) work(ctx context.Context) {
	work := "follow " + f.key.log.String() + " on " + f.key.node
	if err := cesi.Contain(f.logs.log, work, func() error { f.run(ctx); return nil }); err != nil {
		f.add(ctx, Event{Kind: End, Sentence: said(err)})
	}
}

// run keeps the stream open until ctx ends or the log is gone for good.
func (f *feed) run(ctx context.Context) {
	opened, wait := false, f.logs.timing.retry
	var missing time.Time
	for ctx.Err() == nil {
		err := f.logs.source.CheckLog(f.key.node, f.key.log)
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
		stream, err := f.logs.source.FollowLog(ctx, f.key.node, f.key.log)
		if err != nil {
			f.state(ctx, false, waitingFor(err))
			pause(ctx, wait)
			wait = min(2*wait, f.logs.timing.maxRetry)
			continue
		}
		if opened {
			f.add(ctx, Event{Kind: Seam, Sentence: brokeOff()})
		}
		opened = true
		f.state(ctx, true, words.Of("Live"))
		if f.copy(ctx, stream) {
			wait = f.logs.timing.retry
		}
		pause(ctx, wait)
		wait = min(2*wait, f.logs.timing.maxRetry)
	}
}

// copy takes what comes until the stream ends, and reports whether anything came.
func (f *feed) copy(ctx context.Context, stream io.ReadCloser) (came bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer stream.Close()
	go func() {
		defer stream.Close()
		_ = cesi.Contain(f.logs.log, "look after "+f.key.log.String(), func() error { f.guard(ctx); return nil })
	}()
	buffer := make([]byte, readSize)
	for {
		n, err := stream.Read(buffer)
		if n > 0 {
			came = true
			f.add(ctx, Event{Kind: Text, Text: buffer[:n]})
		}
		if err != nil {
			return came
		}
	}
}

// guard looks after a stream, which does not tell when its node hangs or its
// log is gone, until it has to be closed. One whose node answers again has to be,
// since nothing shows whether it survived.
func (f *feed) guard(ctx context.Context) {
	ticker := time.NewTicker(f.logs.timing.check)
	defer ticker.Stop()
	silent := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := f.logs.source.CheckLog(f.key.node, f.key.log)
		switch {
		case err != nil && cesi.KindOf(err) == cesi.NotFound:
			return
		case err != nil:
			silent = true
			f.state(ctx, false, said(err))
		case silent:
			return
		}
	}
}

// state tells the watchers whether the log is live, if that is news.
func (f *feed) state(ctx context.Context, live bool, sentence words.Phrase) {
	if e := (Event{Kind: State, Live: live, Sentence: sentence}); f.news(e) {
		f.add(ctx, e)
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
