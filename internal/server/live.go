package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/live"
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
	At       string // path and query, without prefix
	Role     cesi.Role
	Language string
}

// liveStream keeps the page in a browser up to date, until it goes or its
// session ends.
func (s *Server) liveStream(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("at") {
		return cesi.Errorf(cesi.Invalid, "at is missing: the path of the page to follow")
	}
	at := s.localPath(query.Get("at"))
	user := visitorOf(r).user
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.opts.Closing, cancel)()
	stream, err := newEventStream(w)
	if err != nil {
		return err
	}
	updates := s.live.Subscribe(ctx, sight{At: at, Role: user.Role, Language: s.speaker(r).Tag()}, query.Get("version"))
	_ = s.follow(ctx, stream, r, updates) // the browser has gone: nobody to tell
	return nil
}

func (s *Server) follow(ctx context.Context, stream *eventStream, r *http.Request, updates *live.Subscription) error {
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
			if err := stream.send("beat", strconv.FormatInt(s.opts.Now().UnixMilli(), 10)); err != nil {
				return err
			}
		case <-session.C:
			if !s.stillIn(ctx, r) {
				return stream.send("reload", "")
			}
		}
	}
}

// stillIn reports whether the session of a request still holds, in the same role.
func (s *Server) stillIn(ctx context.Context, r *http.Request) bool {
	v := visitorOf(r)
	user, err := s.opts.Auth.Session(ctx, v.token)
	return err == nil && user.Role == v.user.Role && !user.MustChange
}

// renderFor makes a page as everybody of a sight sees it, through the same
// route and the same permissions as a visit.
func (s *Server) renderFor(ctx context.Context, sight sight) (live.Page, error) {
	ctx = context.WithValue(ctx, visitorKey{}, visitor{user: &cesi.User{Role: sight.Role, Language: sight.Language}})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, sight.At, nil)
	if err != nil {
		return live.Page{}, fmt.Errorf("render %s: %w", sight.At, err)
	}
	version := s.version()
	w := &memoryWriter{header: make(http.Header)}
	s.router.ServeHTTP(w, r)
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
func (s *Server) looksAt(p fleet.Ref) bool {
	return s.live.Shows(processRowID(p.Node, p.ProcessID))
}

// RunLive tells the pages in the browsers of what changes in the fleet, and the
// fleet of what they show, until ctx ends.
func (s *Server) RunLive(ctx context.Context) {
	s.opts.Fleet.LookedAt(s.looksAt)
	for range s.opts.Fleet.Changes(ctx) {
		s.live.Changed()
	}
}
