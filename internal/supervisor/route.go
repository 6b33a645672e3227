package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cesi/internal/cesi"
)

const (
	// nameEvery is how long an address is used before the next call looks the node's
	// name up again: each minute, with any poll interval up to 30 s.
	nameEvery = 30 * time.Second
	// nameTime bounds the lookup while a known address answers.
	nameTime = time.Second
	// probeAge is how long a connection that tested an address may wait for its use.
	probeAge = 2 * time.Second
)

// route gives all calls and streams of a client the same address. A name keeps its
// address until it no longer has it, or until the address fails and another one of the
// name answers.
type route struct {
	node    cesi.Node
	network string
	fixed   string // the socket or numeric address; empty for a name
	host    string // the name
	port    string
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	now     func() time.Time

	asking chan struct{} // capacity 1: held by the call that looks the name up

	mu      sync.Mutex
	current *endpoint // nil before the first call
	asked   time.Time // zero: look it up before the next call
	broken  bool      // the last call got no answer
}

// endpoint has the connections to one address of the node.
type endpoint struct {
	network, address string
	transport        *http.Transport
	http             *http.Client

	mu      sync.Mutex
	probe   net.Conn // the connection that tested the address
	probed  time.Time
	streams map[*followed]struct{} // nil: the address is no longer used
}

// newRoute prepares the route to a node, without connecting.
func newRoute(node cesi.Node) (*route, error) {
	r := &route{node: node, network: "tcp", resolve: lookUp, now: time.Now, asking: make(chan struct{}, 1)}
	if node.Socket != "" {
		r.network, r.fixed = "unix", node.Socket
		return r, nil
	}
	to, err := url.Parse(node.URL)
	if err != nil {
		return nil, cesi.Wrap(cesi.Invalid, err, "node %q: it has no address", node.Name)
	}
	r.host, r.port = to.Hostname(), to.Port()
	if r.port == "" {
		r.port = map[string]string{"https": "443"}[to.Scheme]
	}
	if r.port == "" {
		r.port = "80"
	}
	if _, err := netip.ParseAddr(r.host); err == nil {
		r.fixed = net.JoinHostPort(r.host, r.port)
	}
	return r, nil
}

func lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// endpoint returns the endpoint for the next call. If necessary, it first looks the
// name up, and connects to a new or failed address.
func (r *route) endpoint(ctx context.Context) (*endpoint, error) {
	if e, due, _ := r.state(); !due {
		return e, nil
	}
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e, due, broken := r.state() // another call may have done it meanwhile
	if !due {
		return e, nil
	}
	if r.fixed != "" {
		return r.move(r.fixed, nil)
	}
	addresses, err := r.addresses(ctx, e != nil && !broken)
	switch {
	case err != nil && (e == nil || broken && isNotFound(err)):
		return nil, err
	case err != nil: // the lookup failed: keep the last address
		addresses = []string{e.address}
	}
	if e != nil && !broken && slices.Contains(addresses, e.address) {
		r.confirm()
		return e, nil
	}
	return r.connect(ctx, e, addresses)
}

func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// state returns the current endpoint, and whether a lookup or connection is due before
// its use.
func (r *route) state() (e *endpoint, due, broken bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return nil, true, false
	}
	if r.fixed != "" {
		return r.current, false, r.broken
	}
	return r.current, r.broken || r.asked.IsZero() || r.now().Sub(r.asked) >= nameEvery, r.broken
}

// addresses looks the name up.
func (r *route) addresses(ctx context.Context, known bool) ([]string, error) {
	if known {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, nameTime)
		defer cancel()
	}
	found, err := r.resolve(ctx, r.host)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &net.DNSError{Err: "no address", Name: r.host, IsNotFound: true}
	}
	var list []string
	for _, address := range found {
		list = append(list, net.JoinHostPort(address.Unmap().String(), r.port))
	}
	return list, nil
}

// connect moves to the first address that answers, beginning with the current one. If
// none answers, the first becomes the current one, and its error is returned.
func (r *route) connect(ctx context.Context, e *endpoint, addresses []string) (*endpoint, error) {
	if e != nil && slices.Contains(addresses, e.address) {
		addresses = append([]string{e.address}, slices.DeleteFunc(addresses, func(a string) bool { return a == e.address })...)
	}
	var first error
	for i, address := range addresses {
		conn, err := r.try(ctx, address, len(addresses)-i)
		if err == nil {
			return r.move(address, conn)
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	if _, err := r.move(addresses[0], nil); err != nil {
		return nil, err
	}
	r.doubt(true)
	return nil, first
}

// try connects to an address within its share of the remaining time.
func (r *route) try(ctx context.Context, address string, left int) (net.Conn, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	return dial(ctx, r.network, address)
}

// move makes the address the current one. Idle connections and streams of the old one
// are closed; running calls are not ended.
func (r *route) move(address string, conn net.Conn) (*endpoint, error) {
	r.mu.Lock()
	old := r.current
	r.mu.Unlock()
	next := old
	if old == nil || old.address != address {
		var err error
		if next, err = newEndpoint(r.node, r.network, address); err != nil {
			if conn != nil {
				conn.Close()
			}
			return nil, err
		}
	}
	next.keep(conn)
	r.mu.Lock()
	r.current, r.broken, r.asked = next, false, r.now()
	r.mu.Unlock()
	if old != nil && old != next {
		old.leave()
	}
	return next, nil
}

// confirm records that the name still has the current address.
func (r *route) confirm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = r.now()
}

// doubt makes the next call look the name up, after a failed call. Unreached says that
// the address did not answer at all: then other addresses of the name are tried.
func (r *route) doubt(unreached bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = time.Time{}
	r.broken = r.broken || unreached
}

// peer returns the address of the last call; empty before the first.
func (r *route) peer() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return ""
	}
	return r.current.address
}

// close closes idle connections.
func (r *route) close() {
	r.mu.Lock()
	e := r.current
	r.mu.Unlock()
	if e != nil {
		e.keep(nil)
		e.transport.CloseIdleConnections()
	}
}

func newEndpoint(node cesi.Node, network, address string) (*endpoint, error) {
	e := &endpoint{network: network, address: address, streams: make(map[*followed]struct{})}
	var err error
	if e.transport, err = newTransport(node, e.dial); err != nil {
		return nil, err
	}
	e.http = &http.Client{
		Transport:     e.transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return e, nil
}

// do sends a request. Its error wraps errNotConnected if no connection was made, and
// errHandshake if TLS failed.
func (e *endpoint) do(request *http.Request) (*http.Response, error) {
	var connected, secured atomic.Bool
	note := func() { connected.Store(true) }
	ctx := httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				note()
			}
		},
		TLSHandshakeStart: note,
		GotConn: func(httptrace.GotConnInfo) {
			note()
			secured.Store(true)
		},
	})
	response, err := e.http.Do(request.WithContext(ctx))
	switch {
	case err == nil:
	case !connected.Load():
		err = fmt.Errorf("%w: %w", errNotConnected, err)
	case !secured.Load() && request.URL.Scheme == "https":
		err = fmt.Errorf("%w: %w", errHandshake, err)
	}
	return response, err
}

// dial connects to the endpoint's address, whatever name and port are given.
func (e *endpoint) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	e.mu.Lock()
	conn, probed := e.probe, e.probed
	e.probe = nil
	e.mu.Unlock()
	if conn != nil && time.Since(probed) < probeAge {
		return conn, nil
	}
	if conn != nil {
		conn.Close()
	}
	return dial(ctx, e.network, e.address)
}

// keep stores conn, which may be nil, for the next dial.
func (e *endpoint) keep(conn net.Conn) {
	e.mu.Lock()
	old := e.probe
	e.probe, e.probed = conn, time.Now()
	e.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// leave closes the connections and streams to the address, except running calls.
func (e *endpoint) leave() {
	e.keep(nil)
	e.mu.Lock()
	streams := e.streams
	e.streams = nil
	e.mu.Unlock()
	for f := range streams {
		f.cancel(nil)
	}
	e.transport.CloseIdleConnections()
}

// follow registers a stream, so that it ends when the address is no longer used. It
// reports whether the address is still the current one.
func (e *endpoint) follow(f *followed) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.streams == nil {
		return false
	}
	e.streams[f] = struct{}{}
	return true
}

func (e *endpoint) unfollow(f *followed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.streams, f)
}
