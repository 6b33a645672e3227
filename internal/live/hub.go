package live

import (
	"context"
	"html"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// pause is the least time between two renderings of a page, whatever changes. A
	// page that takes long to render pauses for longer.
	pause = 100 * time.Millisecond
	// share bounds the time for rendering one page: one part in share of the whole
	// time.
	share = 10
	// slowEvery is how often a page is rendered although no change was reported, and
	// how often slow elements are compared.
	slowEvery = 5 * time.Second
	// backlog is how many updates wait for a browser. A browser that takes no more is
	// dropped; it connects again and gets the current page.
	backlog = 16
)

// Page is a rendered page.
type Page[W comparable] struct {
	HTML    []byte // the whole document
	Version string // of its content: two pages of one version look the same
	Watches []W    // what the page shows; see Hub.Watches
}

// Options are what a Hub needs; all are required.
type Options[K, W comparable] struct {
	// Render renders the page of a key. If it fails, the browsers load the page
	// themselves and so show the failure.
	Render func(ctx context.Context, key K) (Page[W], error)
	Log    *slog.Logger
}

// Hub holds all open pages. K identifies a page, W something that pages show.
type Hub[K, W comparable] struct {
	opts Options[K, W]

	mu    sync.Mutex
	views map[K]*view[K, W]
}

// NewHub returns a Hub that renders nothing until a browser subscribes.
func NewHub[K, W comparable](opts Options[K, W]) *Hub[K, W] {
	return &Hub[K, W]{opts: opts, views: make(map[K]*view[K, W])}
}

// Changed says that pages may look different now. It does not wait.
func (h *Hub[K, W]) Changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views {
		v.schedule()
	}
}

// Watches reports whether an open page shows something.
func (h *Hub[K, W]) Watches(what W) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views {
		if v.watches[what] {
			return true
		}
	}
	return false
}

// Subscription is one browser with an open page.
type Subscription struct {
	// Updates are the changed elements, wrapped for htmx, as they come. It is closed
	// when the browser was too slow, or the page can no longer be rendered; Invalid
	// says which.
	Updates <-chan string

	updates chan string
	version string // of the page in the browser
	gone    bool
}

// Invalid reports, once Updates is closed, whether the page can no longer be rendered.
func (s *Subscription) Invalid() bool { return s.gone }

// Subscribe follows the page of a key until ctx ends. A browser with another version
// than the current one gets the whole page first.
func (h *Hub[K, W]) Subscribe(ctx context.Context, key K, version string) *Subscription {
	s := &Subscription{updates: make(chan string, backlog), version: version}
	s.Updates = s.updates
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.views[key]
	if v == nil {
		v = &view[K, W]{hub: h, key: key, wake: make(chan struct{}, 1), subscribers: make(map[*Subscription]bool)}
		h.views[key] = v
		go v.run()
	}
	v.pending = append(v.pending, s)
	v.schedule()
	context.AfterFunc(ctx, func() {
		_ = cesi.Contain(h.opts.Log, "close a page", func() error {
			h.leave(v, s)
			return nil
		})
	})
	return s
}

func (h *Hub[K, W]) leave(v *view[K, W], s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.drop(s, false)
	v.schedule()
}

// view is one open page, with its own goroutine.
type view[K, W comparable] struct {
	hub  *Hub[K, W]
	key  K
	wake chan struct{} // capacity 1: render now

	// Guarded by the hub's mutex.
	subscribers map[*Subscription]bool
	pending     []*Subscription
	current     *page
	watches     map[W]bool
	slowSent    time.Time // when slow elements were last compared
}

// schedule makes the view render the page soon. It does not wait.
func (v *view[K, W]) schedule() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// run follows the page until no browser has it open. A panic makes the page invalid.
func (v *view[K, W]) run() {
	err := cesi.Contain(v.hub.opts.Log, "keep a page up to date", v.follow)
	if err == nil {
		return
	}
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	v.dropAll()
	delete(v.hub.views, v.key)
}

func (v *view[K, W]) follow() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tick := time.NewTicker(slowEvery)
	defer tick.Stop()
	for {
		select {
		case <-v.wake:
		case <-tick.C:
		}
		if v.close() {
			return nil
		}
		began := time.Now()
		next, rendered, err := v.render(ctx)
		v.publish(next, rendered, err)
		time.Sleep(max(pause, share*time.Since(began)))
	}
}

func (v *view[K, W]) render(ctx context.Context) (*page, Page[W], error) {
	ctx, cancel := context.WithTimeout(ctx, slowEvery)
	defer cancel()
	rendered, err := v.hub.opts.Render(ctx, v.key)
	if err != nil {
		return nil, rendered, err
	}
	p, err := parsePage(rendered.HTML)
	return p, rendered, err
}

// close removes the view from the hub if no browser has the page open, and reports
// that.
func (v *view[K, W]) close() bool {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	if len(v.subscribers) > 0 || len(v.pending) > 0 {
		return false
	}
	delete(v.hub.views, v.key)
	return true
}

// publish sends the changes to the subscribers.
func (v *view[K, W]) publish(next *page, rendered Page[W], err error) {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	if err != nil {
		v.hub.opts.Log.Debug("a page that is looked at can't be rendered", "page", v.key, "error", err)
		v.dropAll()
		return
	}
	v.watches = make(map[W]bool, len(rendered.Watches))
	for _, what := range rendered.Watches {
		v.watches[what] = true
	}
	v.update(next)
	v.flushPending(next, rendered.Version)
}

func (v *view[K, W]) update(next *page) {
	older, now := v.current, time.Now()
	v.current = next
	all := older == nil || now.Sub(v.slowSent) >= slowEvery
	if all {
		v.slowSent = now
	}
	if older == nil {
		return
	}
	changed := next.since(older, all)
	if len(changed) == 0 {
		return
	}
	text := patch(changed)
	for s := range v.subscribers {
		v.send(s, text)
	}
}

// flushPending adds the new subscribers, and sends them the current page if they have
// another version.
func (v *view[K, W]) flushPending(p *page, version string) {
	for _, s := range v.pending {
		v.subscribers[s] = true
		if s.version != version {
			v.send(s, patch([]*region{p.regions[Root]}))
		}
	}
	v.pending = nil
}

func (v *view[K, W]) send(s *Subscription, text string) {
	select {
	case s.updates <- text:
	default:
		v.drop(s, false)
	}
}

func (v *view[K, W]) dropAll() {
	for s := range v.subscribers {
		v.drop(s, true)
	}
	for _, s := range v.pending {
		s.gone = true
		close(s.updates)
	}
	v.pending = nil
}

// drop closes a subscription, once. Call with the hub's mutex held.
func (v *view[K, W]) drop(s *Subscription, gone bool) {
	if v.subscribers[s] {
		delete(v.subscribers, s)
		s.gone = gone
		close(s.updates)
		return
	}
	if i := slices.Index(v.pending, s); i >= 0 {
		v.pending = slices.Delete(v.pending, i, i+1)
		close(s.updates)
	}
}

// patch wraps elements so that htmx puts each in its place. What is unchanged inside
// stays: focus, selection and open menus.
func patch(regions []*region) string {
	var b strings.Builder
	for _, r := range regions {
		b.WriteString(`<hx-partial id="` + html.EscapeString(r.id) + `" hx-swap="outerMorph">` + r.html + `</hx-partial>`)
	}
	return b.String()
}
