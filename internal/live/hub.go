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
type Page struct {
	HTML    []byte // the whole document
	Version string // of its content: two pages of one version look the same
}

// Options are what a Hub needs; all are required.
type Options[K comparable] struct {
	// Render renders the page of a key. If it fails, the browsers load the page
	// themselves and so show the failure.
	Render func(ctx context.Context, key K) (Page, error)
	Log    *slog.Logger
}

// Hub holds all open pages.
type Hub[K comparable] struct {
	opts Options[K]

	mu    sync.Mutex
	views map[K]*view[K]
}

// NewHub returns a Hub that renders nothing until a browser subscribes.
func NewHub[K comparable](opts Options[K]) *Hub[K] {
	return &Hub[K]{opts: opts, views: make(map[K]*view[K])}
}

// Changed says that pages may look different now. It does not wait.
func (h *Hub[K]) Changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views {
		v.schedule()
	}
}

// Shows reports whether an open page has an element with the id.
func (h *Hub[K]) Shows(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views {
		if v.current != nil && v.current.regions[id] != nil {
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
func (h *Hub[K]) Subscribe(ctx context.Context, key K, version string) *Subscription {
	s := &Subscription{updates: make(chan string, backlog), version: version}
	s.Updates = s.updates
	h.mu.Lock()
	defer h.mu.Unlock()
	v := h.views[key]
	if v == nil {
		v = &view[K]{hub: h, key: key, wake: make(chan struct{}, 1), subscribers: make(map[*Subscription]bool)}
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

func (h *Hub[K]) leave(v *view[K], s *Subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	v.drop(s, false)
	v.schedule()
}

// view is one open page, with its own goroutine.
type view[K comparable] struct {
	hub  *Hub[K]
	key  K
	wake chan struct{} // capacity 1: render now

	// Guarded by the hub's mutex.
	subscribers map[*Subscription]bool
	pending     []*Subscription
	current     *page
	slowSent    time.Time // when slow elements were last compared
}

// schedule makes the view render the page soon. It does not wait.
func (v *view[K]) schedule() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// run follows the page until no browser has it open. A panic makes the page invalid.
func (v *view[K]) run() {
	err := cesi.Contain(v.hub.opts.Log, "keep a page up to date", v.follow)
	if err == nil {
		return
	}
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	v.dropAll()
	delete(v.hub.views, v.key)
}

func (v *view[K]) follow() error {
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
		next, version, err := v.render(ctx)
		v.publish(next, version, err)
		time.Sleep(max(pause, share*time.Since(began)))
	}
}

func (v *view[K]) render(ctx context.Context) (*page, string, error) {
	ctx, cancel := context.WithTimeout(ctx, slowEvery)
	defer cancel()
	rendered, err := v.hub.opts.Render(ctx, v.key)
	if err != nil {
		return nil, "", err
	}
	p, err := parsePage(rendered.HTML)
	return p, rendered.Version, err
}

// close removes the view from the hub if no browser has the page open, and reports
// that.
func (v *view[K]) close() bool {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	if len(v.subscribers) > 0 || len(v.pending) > 0 {
		return false
	}
	delete(v.hub.views, v.key)
	return true
}

// publish sends the changes to the subscribers.
func (v *view[K]) publish(next *page, version string, err error) {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	if err != nil {
		v.hub.opts.Log.Debug("a page that is looked at can't be rendered", "page", v.key, "error", err)
		v.dropAll()
		return
	}
	v.update(next)
	v.flushPending(next, version)
}

func (v *view[K]) update(next *page) {
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
func (v *view[K]) flushPending(p *page, version string) {
	for _, s := range v.pending {
		v.subscribers[s] = true
		if s.version != version {
			v.send(s, patch([]*region{p.regions[Root]}))
		}
	}
	v.pending = nil
}

func (v *view[K]) send(s *Subscription, text string) {
	select {
	case s.updates <- text:
	default:
		v.drop(s, false)
	}
}

func (v *view[K]) dropAll() {
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
func (v *view[K]) drop(s *Subscription, gone bool) {
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
