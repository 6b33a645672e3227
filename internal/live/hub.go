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
	// pause is the least time between two renderings of a page, however much
	// changes. One that takes long to render pauses for longer.
	pause = 100 * time.Millisecond
	// share is the part of its time that a page may spend in rendering: one in so many.
	share = 10
	// slowEvery is how often a page is rendered though nothing was said to have
	// changed, and how often slow elements are compared.
	slowEvery = 5 * time.Second
	// backlog is how many updates wait for a browser. One that takes no more is
	// dropped; it connects anew and gets the page as it is then.
	backlog = 16
)

// Page is a rendered page.
type Page struct {
	HTML    []byte // the whole document
	Version string // of what it shows: two of one version look the same
}

// Options are what a Hub needs; all are required.
type Options[K comparable] struct {
	// Render makes the page of a key as it is now. That it fails tells the
	// browsers to load it themselves, and so to show the failure.
	Render func(ctx context.Context, key K) (Page, error)
	Log    *slog.Logger
}

// Hub is all the pages that somebody looks at.
type Hub[K comparable] struct {
	opts Options[K]

	mu    sync.Mutex
	views map[K]*view[K]
}

// NewHub returns a Hub that renders nothing until somebody looks.
func NewHub[K comparable](opts Options[K]) *Hub[K] {
	return &Hub[K]{opts: opts, views: make(map[K]*view[K])}
}

// Changed tells that pages may look different now. It does not wait.
func (h *Hub[K]) Changed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, v := range h.views {
		v.schedule()
	}
}

// Shows reports whether a page that somebody looks at has an element with the id.
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

// Subscription is one browser that looks at a page.
type Subscription struct {
	// Updates are the changed elements, wrapped for htmx, as they come. It is
	// closed when the browser was too slow or the page can't be rendered any
	// more: Gone tells which.
	Updates <-chan string

	updates chan string
	version string // that the browser has
	gone    bool
}

// Invalid reports, once Updates is closed, whether the page is no more what it was.
func (s *Subscription) Invalid() bool { return s.gone }

// Subscribe follows the page of a key until ctx ends. A browser that does not
// have the current version gets the whole page first.
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
	v.joining = append(v.joining, s)
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

// view is one page that somebody looks at, in a goroutine of its own.
type view[K comparable] struct {
	hub  *Hub[K]
	key  K
	wake chan struct{} // capacity 1: render now

	// Guarded by the hub's mutex.
	subscribers map[*Subscription]bool
	joining     []*Subscription
	current     *page
	toldAll     time.Time // when slow elements were compared last
}

// schedule has the page rendered soon. It does not wait.
func (v *view[K]) schedule() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// run follows the page until nobody looks at it any more. A panic ends it as a
// page that is gone.
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

// close takes the view out of the hub if nobody looks, and reports that.
func (v *view[K]) close() bool {
	v.hub.mu.Lock()
	defer v.hub.mu.Unlock()
	if len(v.subscribers) > 0 || len(v.joining) > 0 {
		return false
	}
	delete(v.hub.views, v.key)
	return true
}

// publish sends what is new to those who look.
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
	all := older == nil || now.Sub(v.toldAll) >= slowEvery
	if all {
		v.toldAll = now
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

// flushPending takes in those who have come since, with the page as it is now if
// theirs is another.
func (v *view[K]) flushPending(p *page, version string) {
	for _, s := range v.joining {
		v.subscribers[s] = true
		if s.version != version {
			v.send(s, patch([]*region{p.regions[Root]}))
		}
	}
	v.joining = nil
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
	for _, s := range v.joining {
		s.gone = true
		close(s.updates)
	}
	v.joining = nil
}

// drop closes a subscription, once. Call with the hub's mutex held.
func (v *view[K]) drop(s *Subscription, gone bool) {
	if v.subscribers[s] {
		delete(v.subscribers, s)
		s.gone = gone
		close(s.updates)
		return
	}
	if i := slices.Index(v.joining, s); i >= 0 {
		v.joining = slices.Delete(v.joining, i, i+1)
		close(s.updates)
	}
}

// patch wraps elements so that htmx puts each in its place, keeping what of it
// is the same: focus, selection and open menus stay.
func patch(regions []*region) string {
	var b strings.Builder
	for _, r := range regions {
		b.WriteString(`<hx-partial id="` + html.EscapeString(r.id) + `" hx-swap="outerMorph">` + r.html + `</hx-partial>`)
	}
	return b.String()
}
