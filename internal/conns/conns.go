// Package conns decides which TCP connections a server keeps: how many in all, how many
// of one address, and which one is closed to make room for another.
//
// Connections that have carried a request of a logged-in user come first. Deciding who
// is logged in, and serving requests, do not belong here.
package conns

import (
	"container/list"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

const (
	// perAddress bounds the connections without a login of one address, or of one /64
	// of IPv6, which is what one customer has.
	perAddress = 64
	// minAnonymous is how many connections without a login there must be before one of
	// them is closed instead of one with a login: users have to be able to log in.
	minAnonymous = 16
	// minTotal is the smallest total.
	minTotal = 32
	// sayEvery is how often the log says that there are too many connections.
	sayEvery = time.Minute
)

// Options are what a Limiter needs; all are required.
type Options struct {
	// Total is how many connections are open at once; see SetTotal.
	Total int
	// Exempt reports whether the peer is a proxy. A proxy has the connections of many
	// users, so the bound of one address does not apply to it.
	Exempt func(peer netip.Addr) bool
	Log    *slog.Logger
	Now    func() time.Time
}

// Limiter bounds the connections of the listeners that it wraps. It accepts a new
// connection as long as it can close another one: the oldest that has carried no login
// and is idle, or has not sent a whole request yet. A quarter of all places is for
// connections with a login. Its memory is bounded by the open connections. It is safe
// for concurrent use.
type Limiter struct {
	exempt func(netip.Addr) bool
	log    *slog.Logger
	now    func() time.Time

	mu        sync.Mutex
	total     int
	anonymous class
	known     class
	addresses map[netip.Prefix]int // connections without a login of each address
	said      time.Time
}

// class holds connections, ordered by how long they have been idle or serving.
type class struct{ idle, serving list.List }

func (c *class) len() int { return c.idle.Len() + c.serving.Len() }

// conn is one accepted connection.
type conn struct {
	net.Conn
	limiter *Limiter
	peer    netip.Prefix

	// Guarded by the limiter's mutex.
	known   bool // has carried a request of a logged-in user
	serving bool
	place   *list.Element // nil: closed
}

// New returns a Limiter.
func New(o Options) *Limiter {
	l := &Limiter{exempt: o.Exempt, log: o.Log, now: o.Now, addresses: map[netip.Prefix]int{}}
	l.SetTotal(o.Total)
	return l
}

// SetTotal changes how many connections are open at once; the minimum is 32. It closes
// none: connections above the new total are closed as new ones come.
func (l *Limiter) SetTotal(total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total = max(total, minTotal)
}

// Listen returns a listener that accepts the connections of another within the bounds.
func (l *Limiter) Listen(from net.Listener) net.Listener { return &listener{from, l} }

type listener struct {
	net.Listener
	limiter *Limiter
}

// Accept waits for the next connection that gets a place.
func (l *listener) Accept() (net.Conn, error) {
	for {
		accepted, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := l.limiter.admit(accepted)
		if c != nil {
			return c, nil
		}
		_ = accepted.Close() // there is no connection to close instead
	}
}

// admit returns the connection with a place, or nil if there is none. It closes the
// connections that lose their place.
func (l *Limiter) admit(accepted net.Conn) net.Conn {
	peer := peerOf(accepted)
	c := &conn{Conn: accepted, limiter: l, peer: network(peer)}
	ends, ok := l.place(c, l.exempt(peer))
	for _, e := range ends {
		_ = e.Conn.Close() // its server notices, and closes it too
	}
	if !ok {
		return nil
	}
	return c
}

// place finds a place for the connection, and returns the connections that lost theirs.
func (l *Limiter) place(c *conn, exempt bool) (ends []*conn, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := func(victim *conn) bool {
		if victim == nil {
			return false
		}
		l.remove(victim)
		ends = append(ends, victim)
		return true
	}
	if !exempt && l.addresses[c.peer] >= perAddress {
		end(l.oldestOf(c.peer))
	}
	for l.anonymous.len() >= l.total-l.total/4 {
		l.sayFull()
		end(l.anonymous.oldest())
	}
	for l.anonymous.len()+l.known.len() >= l.total {
		l.sayFull()
		if !end(l.victim()) {
			return ends, false
		}
	}
	l.addresses[c.peer]++
	c.place = l.anonymous.idle.PushBack(c)
	return ends, true
}

// victim returns the connection to close when all places are taken, or nil.
func (l *Limiter) victim() *conn {
	if l.anonymous.len() < minAnonymous {
		if e := l.known.idle.Front(); e != nil {
			return e.Value.(*conn)
		}
	}
	return l.anonymous.oldest()
}

// oldest returns the connection that has been idle for longest or, if none is idle, the
// one that has been served for longest; nil if there is none.
func (c *class) oldest() *conn {
	for _, among := range []*list.List{&c.idle, &c.serving} {
		if e := among.Front(); e != nil {
			return e.Value.(*conn)
		}
	}
	return nil
}

// oldestOf returns the connection without a login of the address that has been idle for
// longest or, if none is idle, one that is served.
func (l *Limiter) oldestOf(peer netip.Prefix) *conn {
	for _, among := range []*list.List{&l.anonymous.idle, &l.anonymous.serving} {
		for e := among.Front(); e != nil; e = e.Next() {
			if c := e.Value.(*conn); c.peer == peer {
				return c
			}
		}
	}
	return nil
}

// sayFull logs, at most once a minute, that all places are taken.
func (l *Limiter) sayFull() {
	now := l.now()
	if now.Sub(l.said) < sayEvery {
		return
	}
	l.said = now
	l.log.Warn("too many connections: the oldest ones without a login are closed for new ones",
		"limit", l.total, "without a login", l.anonymous.len(), "with a login", l.known.len())
}

// remove takes a connection's place away. Call with mu held.
func (l *Limiter) remove(c *conn) {
	if c.place == nil {
		return
	}
	l.among(c).Remove(c.place)
	c.place = nil
	l.uncount(c)
}

// uncount removes the connection from the count of its address.
func (l *Limiter) uncount(c *conn) {
	if c.known {
		return
	}
	if l.addresses[c.peer]--; l.addresses[c.peer] <= 0 {
		delete(l.addresses, c.peer)
	}
}

// among returns the list to which a connection belongs.
func (l *Limiter) among(c *conn) *list.List {
	of := &l.anonymous
	if c.known {
		of = &l.known
	}
	if c.serving {
		return &of.serving
	}
	return &of.idle
}

// change calls do, which changes the connection's class, and appends it to the list to
// which it then belongs.
func (l *Limiter) change(c *conn, do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.place == nil {
		return
	}
	l.among(c).Remove(c.place)
	do()
	c.place = l.among(c).PushBack(c)
}

// Close ends the connection and frees its place.
func (c *conn) Close() error {
	c.limiter.mu.Lock()
	c.limiter.remove(c)
	c.limiter.mu.Unlock()
	return c.Conn.Close()
}

type connKey struct{}

// ConnContext is an http.Server's ConnContext.
func (l *Limiter) ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// Handler returns a handler that marks the connections it serves. The server also needs
// ConnContext.
func (l *Limiter) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ours := r.Context().Value(connKey{}).(*conn); ours {
			l.change(c, func() { c.serving = true })
			defer l.change(c, func() { c.serving = false })
		}
		next.ServeHTTP(w, r)
	})
}

// LoggedIn notes that the request of this context is one of a logged-in user. Its
// connection then counts as one with a login.
func LoggedIn(ctx context.Context) {
	c, ours := ctx.Value(connKey{}).(*conn)
	if !ours {
		return
	}
	c.limiter.change(c, func() {
		c.limiter.uncount(c)
		c.known = true
	})
}

func peerOf(c net.Conn) netip.Addr {
	address, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap().WithZone("")
}

// network returns the range that counts as one address.
func network(peer netip.Addr) netip.Prefix {
	bits := 64
	if peer.Is4() {
		bits = 32
	}
	prefix, err := peer.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}
