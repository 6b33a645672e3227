package conns

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// pipe is a connection accepted from an address.
type pipe struct {
	net.Conn
	from   string
	closed atomic.Bool
}

func (p *pipe) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(p.from), 4711))
}

func (p *pipe) Close() error {
	p.closed.Store(true)
	return nil
}

func newLimiter(total int) *Limiter {
	proxy := netip.MustParseAddr("10.0.0.1")
	return New(Options{Total: total, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Exempt: func(peer netip.Addr) bool { return peer == proxy }})
}

// open makes the limiter accept a connection of the address.
func open(l *Limiter, from string) (*pipe, *conn) {
	p := &pipe{from: from}
	c, _ := l.admit(p).(*conn)
	return p, c
}

// logIn serves a request of a logged-in user on the connection.
func logIn(l *Limiter, c *conn) {
	l.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { LoggedIn(r.Context()) })).
		ServeHTTP(nil, (&http.Request{}).WithContext(l.ConnContext(context.Background(), c)))
}

func TestLimiter_AnonymousAddressHas64(t *testing.T) {
	l := newLimiter(1000)
	for _, test := range []struct {
		from func(n int) string
		want int
	}{
		{func(int) string { return "192.0.2.1" }, perAddress},
		{func(n int) string { return netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 15: byte(n)}).String() }, perAddress},
		{func(int) string { return "10.0.0.1" }, 100},
	} {
		var all []*pipe
		for n := range 100 {
			p, c := open(l, test.from(n))
			if c == nil {
				t.Fatalf("connection %d is refused", n+1)
			}
			all = append(all, p)
		}
		for n, p := range all {
			if open := n >= 100-test.want; p.closed.Load() == open {
				t.Errorf("%s: connection %d is open: %v", test.from(0), n+1, !open)
			}
		}
	}
	c := []*conn{}
	for range perAddress {
		_, known := open(l, "192.0.2.9")
		logIn(l, known)
		c = append(c, known)
	}
	first, _ := open(l, "192.0.2.9")
	if first.closed.Load() || c[0].place == nil || l.addresses[network(netip.MustParseAddr("192.0.2.9"))] != 1 {
		t.Error("connections with a login count")
	}
}

func TestLimiter_LoggedInComeFirst(t *testing.T) {
	l := newLimiter(100)
	p, c := open(l, "192.0.2.1")
	logIn(l, c)
	for n := range 500 {
		if _, got := open(l, netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)}).String()); got == nil {
			t.Fatalf("connection %d is refused", n+1)
		}
	}
	if p.closed.Load() || l.anonymous.len() != 75 || len(l.addresses) != 75 {
		t.Errorf("closed: %v, %d without a login, %d addresses", p.closed.Load(), l.anonymous.len(), len(l.addresses))
	}
	var known []*pipe
	for range 200 {
		p, c := open(l, "192.0.2.1")
		logIn(l, c)
		known = append(known, p)
	}
	if l.known.len()+l.anonymous.len() > 100 || l.anonymous.len() < minAnonymous-1 || known[199].closed.Load() || !known[0].closed.Load() {
		t.Errorf("%d with a login, %d without", l.known.len(), l.anonymous.len())
	}
}

func TestLimiter_OldestIdleEnds(t *testing.T) {
	l := newLimiter(minTotal)
	const anonymous = minTotal - minTotal/4
	busy, c := open(l, "192.0.2.1")
	var idle []*pipe
	l.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		for range 2 * anonymous {
			p, _ := open(l, "192.0.2.2")
			idle = append(idle, p)
		}
	})).ServeHTTP(nil, (&http.Request{}).WithContext(l.ConnContext(context.Background(), c)))
	if busy.closed.Load() || idle[len(idle)-1].closed.Load() || !idle[0].closed.Load() {
		t.Error("a connection that is served ends before one that is idle")
	}
	for range anonymous {
		open(l, "192.0.2.3")
	}
	if !busy.closed.Load() {
		t.Error("one that is idle again stays for ever")
	}
	_ = c.Close()
	if l.anonymous.len() != anonymous || len(l.addresses) != 1 {
		t.Errorf("%d places, %v", l.anonymous.len(), l.addresses)
	}
}

func TestLimiter_WithRealServer(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newLimiter(minTotal)
	server := &http.Server{ConnContext: l.ConnContext, Handler: l.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		LoggedIn(r.Context())
	}))}
	go func() { _ = server.Serve(l.Listen(inner)) }()
	defer server.Close()
	for range 3 {
		response, err := http.Get("http://" + inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known.len() != 1 || l.anonymous.len() != 0 || len(l.addresses) != 0 {
		t.Errorf("%d with a login, %d without, %v", l.known.len(), l.anonymous.len(), l.addresses)
	}
}
