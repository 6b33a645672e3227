package logtail

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// fakeLog is a Source with one log, controlled by a test.
type fakeLog struct {
	mu      sync.Mutex
	content []byte
	gaps    [][2]int64 // stretches that can't be read
	check   error
	follow  error
	size    error
	hangs   bool // streams do not open
	polls   int  // requests for its size
	streams []*fakeStream
	opened  int
	reading int
	most    int // reads at the same time
	reads   int
}

// fakeStream is a stream of FollowLog.
type fakeStream struct {
	*io.PipeReader
	in     *io.PipeWriter
	closed chan struct{}
	once   sync.Once
}

func (s *fakeStream) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.PipeReader.Close()
}

func (f *fakeLog) LogSize(context.Context, string, cesi.LogName) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.polls++
	return int64(len(f.content)), f.size
}

func (f *fakeLog) ReadLog(ctx context.Context, _ string, _ cesi.LogName, from, to int64) (cesi.LogPart, error) {
	f.mu.Lock()
	f.reading++
	f.reads++
	f.most = max(f.most, f.reading)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.reading--
		f.mu.Unlock()
	}()
	if ctx.Err() != nil {
		return cesi.LogPart{}, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	from, to = min(from, int64(len(f.content))), min(to, int64(len(f.content)))
	part := cesi.LogPart{From: from, To: to}
	for _, gap := range append(f.gaps, [2]int64{to, to}) {
		if end := min(max(gap[0], from), to); end > from {
			part.Pieces = append(part.Pieces, cesi.LogPiece{Offset: from, Text: f.content[from:end]})
			from = end
		}
		if end := min(gap[1], to); end > from {
			part.Pieces = append(part.Pieces, cesi.LogPiece{Offset: from, Gap: end - from})
			from = end
		}
	}
	return part, nil
}

func (f *fakeLog) FollowLog(ctx context.Context, _ string, _ cesi.LogName) (io.ReadCloser, error) {
	f.mu.Lock()
	if f.hangs {
		f.mu.Unlock()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	defer f.mu.Unlock()
	if f.follow != nil {
		return nil, f.follow
	}
	f.opened++
	out, in := io.Pipe()
	s := &fakeStream{PipeReader: out, in: in, closed: make(chan struct{})}
	f.streams = append(f.streams, s)
	if last := f.content[max(0, len(f.content)-1024):]; len(last) > 0 {
		last = append([]byte(nil), last...)
		go func() { _, _ = in.Write(last) }()
	}
	return s, nil
}

func (f *fakeLog) CheckLog(string, cesi.LogName) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.check
}

func (f *fakeLog) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// stream waits for the n-th stream, counted from 1.
func (f *fakeLog) stream(t testing.TB, n int) *fakeStream {
	t.Helper()
	var s *fakeStream
	eventually(t, "a stream to be opened", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.streams) >= n {
			s = f.streams[n-1]
		}
		return s != nil
	})
	return s
}

// write adds to the log and to its stream.
func (f *fakeLog) write(t testing.TB, s *fakeStream, text string) {
	t.Helper()
	f.set(func() { f.content = append(f.content, text...) })
	if _, err := s.in.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// newTestLogs is Logs with little patience for a log with the content.
func newTestLogs(content string) (*Logs, *fakeLog) {
	f := &fakeLog{content: []byte(content)}
	l := New(f, slog.New(slog.DiscardHandler))
	l.timing = timing{check: 5 * time.Millisecond, retry: 5 * time.Millisecond, maxRetry: 20 * time.Millisecond, gone: 50 * time.Millisecond,
		silent: time.Minute, verify: 5 * time.Millisecond, poll: 5 * time.Millisecond,
		turn: time.Minute, match: time.Minute}
	return l, f
}

// collect returns everything that a reader gets: the text, with seams and ends in
// brackets, until the condition holds.
func collect(t testing.TB, next func(context.Context) (Event, error), until func(string) bool) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all string
	for !until(all) {
		e, err := next(ctx)
		if err != nil {
			t.Fatalf("%v after %.500q", err, all)
		}
		switch e.Kind {
		case Text:
			all += string(e.Text)
		case Seam:
			all += "[" + e.Sentence.String() + "]"
		case End:
			all += "[end: " + e.Sentence.String() + "]"
		case State:
			if !e.Live && e.Sentence.String() != opening().String() {
				all += "[state: " + e.Sentence.String() + "]"
			}
		}
	}
	return all
}

func watching(t testing.TB, l *Logs) *Watch {
	t.Helper()
	w, err := l.Watch("n", aLog)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func tailing(t testing.TB, l *Logs, from int64) *Tail {
	t.Helper()
	tail, err := l.Tail("maria", "n", aLog, from)
	if err != nil {
		t.Fatal(err)
	}
	return tail
}
