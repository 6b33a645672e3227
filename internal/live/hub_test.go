package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// testPage is a page that a test changes, with its hub.
type testPage struct {
	*Hub[string, string]
	mu      sync.Mutex
	version int
	broken  bool
	drawn   int
}

func newTestPage() *testPage {
	s := &testPage{}
	s.Hub = NewHub(Options[string, string]{Render: s.render, Log: slog.New(slog.DiscardHandler)})
	return s
}

func (s *testPage) render(_ context.Context, key string) (Page[string], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn++
	if s.broken {
		return Page[string]{}, errors.New("gone")
	}
	html := fmt.Sprintf(`<div id="live"><p id="a" data-live>%s %d</p><p id="b" data-live>still</p></div>`, key, s.version)
	return Page[string]{HTML: []byte(html), Version: fmt.Sprint(s.version), Watches: []string{"process"}}, nil
}

func (s *testPage) change(to func(*testPage)) {
	s.mu.Lock()
	to(s)
	s.mu.Unlock()
	s.Changed()
}

func (s *testPage) drawings() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn
}

// withTestPage runs a test in a time of its own, and everything to its end.
func withTestPage(t *testing.T, play func(ctx context.Context, s *testPage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newTestPage()
		play(ctx, s)
		cancel()
		time.Sleep(slowEvery)
		if s.Watches("process") {
			t.Error("a page is still watched")
		}
	})
}

func next(t *testing.T, s *Subscription) string {
	t.Helper()
	text, open := <-s.Updates
	if !open {
		t.Fatal("the subscription is closed")
	}
	return text
}

func waiting(s *Subscription) bool { return len(s.updates) > 0 }

func TestHub_RendersOnceForAllSubscribers(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		var all []*Subscription
		for range 100 {
			all = append(all, s.Subscribe(ctx, "page", "0"))
		}
		time.Sleep(pause)
		synctest.Wait()
		if !s.Watches("process") || s.Watches("other") {
			t.Error("it is not known what the page shows")
		}
		before := s.drawings()
		s.change(func(s *testPage) { s.version = 1 })
		for _, one := range all {
			if text := next(t, one); !strings.Contains(text, ">page 1<") || strings.Contains(text, "still") {
				t.Fatalf("sent %s", text)
			}
		}
		if n := s.drawings() - before; n != 1 {
			t.Errorf("rendered %d times", n)
		}
	})
}

func TestHub_OlderVersionGetsWholePage(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		s.change(func(s *testPage) { s.version = 7 })
		same, older := s.Subscribe(ctx, "page", "7"), s.Subscribe(ctx, "page", "6")
		if text := next(t, older); !strings.Contains(text, ">page 7<") || !strings.Contains(text, "still") {
			t.Errorf("sent %s", text)
		}
		if waiting(same) {
			t.Error("the one that has it all got something")
		}
	})
}

func TestHub_CoalescesChanges(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		one := s.Subscribe(ctx, "page", "0")
		time.Sleep(pause / 2)
		before := s.drawings()
		for i := range 1000 {
			s.change(func(s *testPage) { s.version = i + 1 })
		}
		if text := next(t, one); !strings.Contains(text, ">page 1000<") {
			t.Errorf("sent %s", text)
		}
		if n := s.drawings() - before; n != 1 {
			t.Errorf("rendered %d times", n)
		}
	})
}

func TestHub_DropsSlowSubscriberOnly(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		slow, quick := s.Subscribe(ctx, "page", "0"), s.Subscribe(ctx, "page", "0")
		for i := range backlog + 1 {
			time.Sleep(pause)
			s.change(func(s *testPage) { s.version = i + 1 })
			next(t, quick)
		}
		for range backlog {
			next(t, slow)
		}
		if _, open := <-slow.Updates; open || slow.Invalid() {
			t.Errorf("open %v, gone %v", open, slow.Invalid())
		}
	})
}

func TestHub_FailedRenderingIsInvalid(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		one := s.Subscribe(ctx, "page", "0")
		time.Sleep(pause)
		s.change(func(s *testPage) { s.broken = true })
		if _, open := <-one.Updates; open || !one.Invalid() {
			t.Errorf("open %v, gone %v", open, one.Invalid())
		}
	})
}

func TestHub_RendersOnlyForSubscribers(t *testing.T) {
	withTestPage(t, func(ctx context.Context, s *testPage) {
		ctx, cancel := context.WithCancel(ctx)
		one := s.Subscribe(ctx, "page", "0")
		time.Sleep(pause)
		cancel()
		synctest.Wait()
		before := s.drawings()
		s.Changed()
		time.Sleep(2 * slowEvery)
		if n := s.drawings() - before; n != 0 {
			t.Errorf("rendered %d times", n)
		}
		if _, open := <-one.Updates; open {
			t.Error("the subscription is open")
		}
	})
}

func TestHub_PanicEndsOnePageOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		hub := NewHub(Options[string, string]{Log: slog.New(slog.DiscardHandler), Render: func(_ context.Context, key string) (Page[string], error) {
			if key == "broken" {
				panic("in a view")
			}
			return Page[string]{HTML: []byte(`<div id="live"></div>`), Version: "1"}, nil
		}})
		broken, good := hub.Subscribe(ctx, "broken", "0"), hub.Subscribe(ctx, "good", "0")
		if _, open := <-broken.Updates; open || !broken.Invalid() {
			t.Errorf("open %v, gone %v", open, broken.Invalid())
		}
		next(t, good)
		if again := hub.Subscribe(ctx, "broken", "0"); again != nil {
			if _, open := <-again.Updates; open || !again.Invalid() {
				t.Error("a page that panicked can't be asked for again")
			}
		}
		cancel()
		time.Sleep(slowEvery)
	})
}
