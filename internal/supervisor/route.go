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
	// nameEvery is how long an address is good before the node's name is asked
	// again, with the next call: by any poll interval up to 30 s, each minute.
	nameEvery = 30 * time.Second
	// nameTime bounds asking the name while an address is known and answers.
	nameTime = time.Second
	// probeAge is how long a connection that showed an address to answer waits to
	// be used.
	probeAge = 2 * time.Second
)

// route leads all calls and streams of a client to the same address. A name stands
// for one address until it no longer does, or until the address fails and another
// of the name's answers.
type route struct {
	node    cesi.Node
	network string
	fixed   string // the socket or the numeric address; empty for a name
	host    string // the name
	port    string
	resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	now     func() time.Time

	asking chan struct{} // capacity 1: held by the call that asks the name

	mu      sync.Mutex
	current *endpoint // nil before the first call
	asked   time.Time // zero: ask before the next call
	broken  bool      // the last call did not get through
}

// endpoint is the connections to one address of the node.
type endpoint struct {
	network, address string
	transport        *http.Transport
	http             *http.Client

	mu      sync.Mutex
	probe   net.Conn // the connection that showed that the address answers
	probed  time.Time
	streams map[*followed]struct{} // nil: the address is left
}

// newRoute prepares the way to a node; it talks to nothing.
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

// endpoint returns where the next call goes. It asks the name first where that is
// due, and connects where the address is new or failed.
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
	e, due, broken := r.state() // another call has perhaps asked meanwhile
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
	case err != nil: // the name can't be asked: what it was last is the best there is
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

// state returns the current endpoint, and whether something has to be done before
// it is used.
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

// addresses asks the name.
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

// connect moves to the first of the addresses that answers, the current one first.
// Where none does, the first is where the node is now, and its failure the answer.
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

// try connects to an address in its share of the time that is left.
func (r *route) try(ctx context.Context, address string, left int) (net.Conn, error) {
	if deadline, bounded := ctx.Deadline(); bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(left))
		defer cancel()
	}
	return dial(ctx, r.network, address)
}

// move makes the address the current one. What is idle or streams from another is
// closed; calls under way there are not ended.
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

// confirm notes that the name still stands for the current address.
func (r *route) confirm() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = r.now()
}

// doubt has the name asked before the next call, after one that failed. Unreached
// says that the address did not answer at all: others of the name are tried then.
func (r *route) doubt(unreached bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = time.Time{}
	r.broken = r.broken || unreached
}

// peer is the address of the last call; empty before the first.
func (r *route) peer() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return ""
	}
	return r.current.address
}

// close drops idle connections.
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

// do sends a request. Its error wraps errNotConnected where no connection came
// about, and errHandshake where TLS did not.
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

// dial connects to the endpoint's address, whatever name and port are asked for.
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

// keep has the next dial return conn, which may be nil.
func (e *endpoint) keep(conn net.Conn) {
	e.mu.Lock()
	old := e.probe
	e.probe, e.probed = conn, time.Now()
	e.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// leave closes what is open to the address but for calls under way.
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

// follow registers a stream, so that it ends when the address is left. It reports
// whether the address is still the current one.
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
