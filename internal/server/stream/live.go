package stream

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/live"
	"cesi/internal/server/session"
)

const (
	// beat is how often a stream shows that it works. A browser that receives nothing
	// for some beats says so and connects again.
	beat = 2 * time.Second
	// recheckLive is how often a stream of a page checks its reader.
	recheckLive = 2 * beat
)

// pageKey identifies a rendered page. Browsers with equal keys share one rendering.
type pageKey struct {
	At       string // path and query without prefix, in the form of canonicalPage
	Role     cesi.Role
	Language string
}

// Live keeps the page in a browser up to date, until the browser is gone or its session
// ends.
func (h *Handler) Live(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("at") {
		return cesi.Errorf(cesi.Invalid, "at is missing: the path of the page to follow")
	}
	permission, at, err := h.CanonicalPage(query.Get("at"))
	if err != nil {
		return err
	}
	user := session.Of(r).User
	if !user.Role.Can(permission) {
		return cesi.Errorf(cesi.Forbidden, "Your role, %s, does not allow this.", user.Role)
	}
	leave, err := h.views.enter(user.Name)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	stream, err := newEventStream(w)
	if err != nil || r.Method == http.MethodHead {
		return err
	}
	updates := h.hub.Subscribe(ctx, pageKey{At: at, Role: user.Role, Language: h.Localizer(r).Tag()}, query.Get("version"))
	sameRole := func(u *cesi.User) bool { return u.Role == user.Role }        // the page was made for it
	_ = h.follow(ctx, stream, h.newReader(r, recheckLive, sameRole), updates) // the browser is gone
	return nil
}

const (
	userViews = 64   // open streams of one user
	allViews  = 2000 // open streams of all users
)

// openViews counts the open streams of /live, by user.
type openViews struct {
	mu  sync.Mutex
	of  map[string]int
	all int
}

// enter counts a stream of a user until leave is called, or refuses it with
// TooManyOpen.
func (o *openViews) enter(user string) (leave func(), err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.of[user] >= userViews:
		return nil, cesi.Errorf(cesi.TooManyOpen,
			"This page is not kept up to date: you have %d others open that are, and no user may have more. Close some; this one then follows within a minute.", userViews)
	case o.all >= allViews:
		return nil, cesi.Errorf(cesi.TooManyOpen,
			"This page is not kept up to date: %d others are open that are, and CeSI takes no more. It follows within a minute when some are closed.", allViews)
	}
	if o.of == nil {
		o.of = make(map[string]int)
	}
	o.of[user]++
	o.all++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all--
		if o.of[user]--; o.of[user] == 0 {
			delete(o.of, user)
		}
	}, nil
}

func (h *Handler) follow(ctx context.Context, stream *eventStream, reader *reader, updates *live.Subscription) error {
	alive := time.NewTicker(beat)
	defer alive.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case text, more := <-updates.Updates:
			switch {
			case more:
				if err := stream.send(event{data: []byte(text)}); err != nil {
					return err
				}
			case updates.Invalid():
				return stream.send(event{name: "reload"})
			default:
				return nil
			}
		case <-alive.C:
			if !reader.mayContinue() {
				return stream.send(event{name: "reload"})
			}
			now := strconv.FormatInt(h.Now().UnixMilli(), 10)
			if err := stream.send(event{name: "beat", data: []byte(now)}); err != nil {
				return err
			}
		}
	}
}

// render renders the page of a key.
func (h *Handler) render(ctx context.Context, key pageKey) (live.Page[fleet.Ref], error) {
	version := h.Version()
	html, watches, err := h.DrawPage(ctx, key.At, key.Role, key.Language)
	return live.Page[fleet.Ref]{HTML: html, Version: version, Watches: watches}, err
}

// RunLive reports changes of the fleet to the open pages, and visible processes to the
// fleet, until ctx ends.
func (h *Handler) RunLive(ctx context.Context) {
	h.Fleet.SetVisible(h.hub.Watches)
	for range h.Fleet.Changes(ctx) {
		h.hub.Changed()
	}
}
