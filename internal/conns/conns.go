// Package conns decides which TCP connections a server keeps: how many there are
// at once, how many of one address, and which one ends to make room for another.
//
// Those that have carried a request of somebody who is logged in come first. Who
// that is, and what is served, does not belong here.
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
	// perAddress is how many connections without a login an address has, and a /64
	// of IPv6, which is what one customer has.
	perAddress = 64
	// minAnonymous is how many connections without a login there are before one
	// with a login ends for another: people have to be able to log in.
	minAnonymous = 16
	// minTotal is the least total that there is.
	minTotal = 32
	// sayEvery is how often the log says that there are too many.
	sayEvery = time.Minute
)

// Options are what a Limiter needs; all are required.
type Options struct {
	// Total is how many connections there are at once; see SetTotal.
	Total int
	// Exempt reports whether the peer is a proxy, which has the connections of
	// many people, so that the bound of one address does not hold for it.
	Exempt func(peer netip.Addr) bool
	Log    *slog.Logger
	Now    func() time.Time
}

// Limiter bounds the connections of the listeners that it wraps. A new one is
// taken as long as there is another to end: first one that waits for its next
// request, or has not sent a whole one yet, and has carried no login, the oldest
// first. A quarter of all places is for those with a login. What it remembers is
// bounded by the connections that are open. It is safe for concurrent use.
type Limiter struct {
	exempt func(netip.Addr) bool
	log    *slog.Logger
	now    func() time.Time

	mu        sync.Mutex
	total     int
	anonymous class
	known     class
	addresses map[netip.Prefix]int // how many connections without a login each has
	said      time.Time
}

// class holds connections, those first that have been as they are the longest.
type class struct{ idle, serving list.List }

func (c *class) len() int { return c.idle.Len() + c.serving.Len() }

// conn is one connection that was accepted.
type conn struct {
	net.Conn
	limiter *Limiter
	peer    netip.Prefix

	// Guarded by the limiter's mutex.
	known   bool // has carried a request of somebody who is logged in
	serving bool
	place   *list.Element // nil: closed
}

// New returns a Limiter.
func New(o Options) *Limiter {
	l := &Limiter{exempt: o.Exempt, log: o.Log, now: o.Now, addresses: map[netip.Prefix]int{}}
	l.SetTotal(o.Total)
	return l
}

// SetTotal changes how many connections there are at once, 32 at least. It ends
// none: what is too many goes as new ones come.
func (l *Limiter) SetTotal(total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total = max(total, minTotal)
}

// Listen returns a listener that accepts what the other does, within the bounds.
func (l *Limiter) Listen(from net.Listener) net.Listener { return &listener{from, l} }

type listener struct {
	net.Listener
	limiter *Limiter
}

// Accept waits for the next connection that there is a place for.
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
		_ = accepted.Close() // there is no other to end
	}
}

// admit returns the connection with a place, or nil if there is none. What has to
// make room for it is closed.
func (l *Limiter) admit(accepted net.Conn) net.Conn {
	peer := peerOf(accepted)
	c := &conn{Conn: accepted, limiter: l, peer: network(peer)}
	ends, ok := l.place(c, l.exempt(peer))
	for _, e := range ends {
		_ = e.Conn.Close() // its server notices, and closes it, too
	}
	if !ok {
		return nil
	}
	return c
}

// place finds a place for the connection, and returns those that lost theirs.
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

// victim is the connection that ends when all places are taken, or nil.
func (l *Limiter) victim() *conn {
	if l.anonymous.len() < minAnonymous {
		if e := l.known.idle.Front(); e != nil {
			return e.Value.(*conn)
		}
	}
	return l.anonymous.oldest()
}

// oldest is the connection of the class that has been idle for longest or, where
// none is idle, that has been served for longest; nil if there is none.
func (c *class) oldest() *conn {
	for _, among := range []*list.List{&c.idle, &c.serving} {
		if e := among.Front(); e != nil {
			return e.Value.(*conn)
		}
	}
	return nil
}

// oldestOf is the address's connection without a login that has been idle for
// longest or, where none is idle, one that is served.
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

// sayFull logs, once a minute at most, that places are taken.
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

// uncount takes the connection off those that its address has without a login.
func (l *Limiter) uncount(c *conn) {
	if c.known {
		return
	}
	if l.addresses[c.peer]--; l.addresses[c.peer] <= 0 {
		delete(l.addresses, c.peer)
	}
}

// among is the list that a connection is in, or belongs into.
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

// change has do change what a connection is, and puts it last where it belongs.
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

// Handler returns a handler that knows which connections are served. The server
// needs ConnContext, too.
func (l *Limiter) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, ours := r.Context().Value(connKey{}).(*conn); ours {
			l.change(c, func() { c.serving = true })
			defer l.change(c, func() { c.serving = false })
		}
		next.ServeHTTP(w, r)
	})
}

// LoggedIn notes that a request of this context is one of somebody who is logged
// in. From then on its connection is one with a login.
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

// network is what counts as one address.
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
