package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/live"
	"cesi/internal/server/session"
	"cesi/internal/server/view"

	"github.com/go-chi/chi/v5"
)

const (
	// beat is how often a stream says that it lives; browsers that hear nothing
	// for some beats say so to people and connect anew.
	beat = 2 * time.Second
	// recheck is how often a stream makes sure that its session still holds.
	recheck = 5 * time.Second
)

// sight is what decides how a page looks: all who have the same one are sent
// the same.
type sight struct {
	At       string // path and query without prefix, as canonicalPage has them
	Role     cesi.Role
	Language string
}

// livePage is the route of a page that /live keeps up to date.
type livePage struct {
	http.Handler
	permission cesi.Permission
	parameters []string
}

// livePage serves a page that can be kept up to date to those whose role has the
// permission. The parameters are those of its query that it reads; the name of
// one that may be there several times ends in "*".
func (s *Server) livePage(permission cesi.Permission, h handlerFunc, parameters ...string) livePage {
	return livePage{Handler: s.allow(permission, h), permission: permission, parameters: parameters}
}

// livePagesOf lists the pages of the routes that can be kept up to date, by pattern.
func livePagesOf(routes chi.Routes) (map[string]livePage, error) {
	pages := make(map[string]livePage)
	err := chi.Walk(routes, func(_, pattern string, h http.Handler, _ ...func(http.Handler) http.Handler) error {
		if page, is := h.(livePage); is {
			pages[pattern] = page
		}
		return nil
	})
	return pages, err
}

// maxLiveAt is the longest path and query of a page to follow, in bytes.
const maxLiveAt = 4096

// canonicalPage finds the page that can be kept up to date at a local address. It
// returns the permission that the page needs, and the address in the one form
// that is the same for equal pages: without parameters that the page does not read.
func (s *Server) canonicalPage(at string) (permission cesi.Permission, canonical string, err error) {
	local := s.pages.Requests.LocalPath(at)
	if len(at) > maxLiveAt || local == "/" && at != "/" && at != s.opts.Prefix+"/" {
		return 0, "", cesi.Errorf(cesi.Invalid, "This is not the address of a page here.")
	}
	u, err := url.Parse(local)
	if err != nil {
		return 0, "", cesi.Wrap(cesi.Invalid, err, "This is not the address of a page here.")
	}
	route := chi.NewRouteContext()
	path := "/" + strings.Trim(u.EscapedPath(), "/")
	page, found := livePage{}, s.router.Match(route, http.MethodGet, path)
	if found {
		page, found = s.livePages[route.RoutePattern()]
	}
	if !found {
		return 0, "", cesi.Errorf(cesi.NotFound, "This is not a page that CeSI keeps up to date.")
	}
	path = route.RoutePattern()
	for i, name := range route.URLParams.Keys {
		value, err := url.PathUnescape(route.URLParams.Values[i])
		if err != nil {
			return 0, "", cesi.Wrap(cesi.Invalid, err, "This is not the address of a page here.")
		}
		path = strings.Replace(path, "{"+name+"}", url.PathEscape(value), 1)
	}
	if query := page.read(u.Query()); len(query) > 0 {
		path += "?" + query.Encode()
	}
	return page.permission, path, nil
}

// ownQuery returns the parameters of a request that its page reads: all of them for
// a page that can't be kept up to date.
func (s *Server) ownQuery(r *http.Request) url.Values {
	query := r.URL.Query()
	if route := chi.RouteContext(r.Context()); route != nil {
		if page, found := s.livePages[route.RoutePattern()]; found {
			return page.read(query)
		}
	}
	return query
}

// read returns the part of a query that the page reads.
func (p livePage) read(query url.Values) url.Values {
	known := make(url.Values)
	for _, name := range p.parameters {
		name, many := strings.CutSuffix(name, "*")
		values := slices.DeleteFunc(slices.Clone(query[name]), func(v string) bool { return v == "" })
		if many {
			slices.Sort(values)
			values = slices.Compact(values)
		} else {
			values = values[:min(len(values), 1)]
		}
		if len(values) > 0 {
			known[name] = values
		}
	}
	return known
}

// liveStream keeps the page in a browser up to date, until it goes or its
// session ends.
func (h *streamHandler) liveStream(w http.ResponseWriter, r *http.Request) error {
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
	updates := h.hub.Subscribe(ctx, sight{At: at, Role: user.Role, Language: h.Speaker(r).Tag()}, query.Get("version"))
	_ = h.follow(ctx, stream, r, updates) // the browser has gone: nobody to tell
	return nil
}

const (
	userViews = 64   // that one user may have open
	allViews  = 2000 // that all together may have open
)

// openViews counts the streams of /live, by user.
type openViews struct {
	mu  sync.Mutex
	of  map[string]int
	all int
}

// enter counts a stream of a user in until leave is called, or refuses it with
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

func (h *streamHandler) follow(ctx context.Context, stream *eventStream, r *http.Request, updates *live.Subscription) error {
	alive, session := time.NewTicker(beat), time.NewTicker(recheck)
	defer alive.Stop()
	defer session.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case text, more := <-updates.Updates:
			switch {
			case more:
				if err := stream.send("", text); err != nil {
					return err
				}
			case updates.Gone():
				return stream.send("reload", "")
			default:
				return nil
			}
		case <-alive.C:
			if err := stream.send("beat", strconv.FormatInt(h.Now().UnixMilli(), 10)); err != nil {
				return err
			}
		case <-session.C:
			if !h.Sessions.Valid(ctx, r) {
				return stream.send("reload", "")
			}
		}
	}
}

// renderFor makes a page as everybody of a sight sees it, through the same
// route and the same permissions as a visit.
func (h *streamHandler) renderFor(ctx context.Context, sight sight) (live.Page, error) {
	ctx = context.WithValue(ctx, session.VisitorKey{}, session.Visitor{User: &cesi.User{Role: sight.Role, Language: sight.Language}})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, sight.At, nil)
	if err != nil {
		return live.Page{}, fmt.Errorf("render %s: %w", sight.At, err)
	}
	version := h.Version()
	w := &memoryWriter{header: make(http.Header)}
	h.Routes.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return live.Page{}, fmt.Errorf("render %s: status %d", sight.At, w.status)
	}
	return live.Page{HTML: w.body.Bytes(), Version: version}, nil
}

// version names the fleet's and the activity log's state, and which run of this
// program saw it.
func (s *Server) version() string {
	return fmt.Sprintf("%x-%d-%d", s.started.UnixNano(), s.opts.Fleet.Snapshot().Version, s.opts.Journal.Version())
}

// memoryWriter keeps a response in memory.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header { return w.header }

func (w *memoryWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// looksAt reports whether a page that somebody has open shows the process.
func (h *streamHandler) looksAt(p fleet.Ref) bool {
	return h.hub.Shows(view.ProcessRowID(p.Node, p.ProcessID))
}

// runLive tells the pages in the browsers of what changes in the fleet, and the
// fleet of what they show, until ctx ends.
func (h *streamHandler) runLive(ctx context.Context) {
	h.Fleet.LookedAt(h.looksAt)
	for range h.Fleet.Changes(ctx) {
		h.hub.Changed()
	}
}
