// Package supervisor is the client of one supervisord: XML-RPC calls, and reading its
// logs. Its errors are *cesi.Errors of a named kind, with a sentence for the operator.
//
// Other nodes, polling and permissions do not belong here. It never retries by itself.
package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"sync"
	"syscall"
	"time"

	"cesi/internal/cesi"

	"github.com/kolo/xmlrpc"
)

// maxReply bounds the body of one reply, in bytes: enough for about 12,000 processes
// with all their data.
const maxReply = 16 << 20

// Client talks to one supervisord. Its methods may be called from any goroutine. Each
// ends with its context, including the reading of the reply.
type Client struct {
	node   cesi.Node
	base   string // of all addresses
	url    string // of the XML-RPC interface
	route  *route
	failed *logMemory
}

// New returns the client of a node, without connecting. It fails with Invalid if the
// node's certificate authorities can't be read.
func New(node cesi.Node) (*Client, error) {
	if _, err := newTransport(node, nil); err != nil {
		return nil, err
	}
	route, err := newRoute(node)
	if err != nil {
		return nil, err
	}
	base := node.URL
	if node.Socket != "" {
		base = "http://localhost"
	}
	return &Client{
		node:   node,
		base:   base,
		url:    base + "/RPC2",
		route:  route,
		failed: newLogMemory(time.Now),
	}, nil
}

// Close closes idle connections. Running calls are not ended.
func (c *Client) Close() { c.route.close() }

// Peer returns the numeric address and port, or the socket, of the last call; empty
// before the first. Calls, waiting calls and streams all use it.
func (c *Client) Peer() string { return c.route.peer() }

// call makes one XML-RPC call and decodes the result into result: a pointer, or nil if
// the result does not matter.
func (c *Client) call(ctx context.Context, result any, method string, args ...any) error {
	return c.exchange(ctx, c.post, func(reply []byte) error { return c.decode(reply, result) }, method, args...)
}

// callWaiting is call for methods that supervisord answers only when they are done.
func (c *Client) callWaiting(ctx context.Context, result any, method string, args ...any) error {
	return c.exchange(ctx, c.postWaiting, func(reply []byte) error { return c.decode(reply, result) }, method, args...)
}

// poster sends the body of a request and reads the body of a good reply. Its error is a
// *statusError for any other status.
type poster func(ctx context.Context, body []byte, reply *bytes.Buffer) error

// exchange makes a call and lets read decode the reply. The reply is reused afterwards.
func (c *Client) exchange(ctx context.Context, post poster, read func(reply []byte) error, method string, args ...any) error {
	request, err := xmlrpc.EncodeMethodCall(method, args...)
	if err != nil {
		return cesi.Wrap(cesi.Invalid, err, "node %q: %s can't be asked that", c.node.Name, method)
	}
	reply := replies.Get().(*bytes.Buffer)
	defer release(reply)
	if err := post(ctx, request, reply); err != nil {
		c.doubt(ctx, err)
		return c.explain(ctx, err)
	}
	return read(reply.Bytes())
}

// maxPooled is the largest buffer that is kept for the next reply, in bytes: that of
// about 800 processes.
const maxPooled = 1 << 20

// replies are buffers for replies, shared by all clients.
var replies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func release(reply *bytes.Buffer) {
	if reply.Cap() <= maxPooled {
		reply.Reset()
		replies.Put(reply)
	}
}

// doubt makes the route look the name up again after a failed call, unless the caller
// cancelled it.
func (c *Client) doubt(ctx context.Context, err error) {
	var status *statusError
	answered := errors.As(err, &status) || errors.Is(err, errNotXMLRPC) || errors.Is(err, errTooLarge)
	if !errors.Is(context.Cause(ctx), context.Canceled) {
		c.route.doubt(!answered)
	}
}

func (c *Client) post(ctx context.Context, body []byte, reply *bytes.Buffer) error {
	request, err := c.request(ctx, body)
	if err != nil {
		return err
	}
	endpoint, err := c.route.endpoint(ctx)
	if err != nil {
		return err
	}
	response, err := endpoint.do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return c.readReply(response, reply)
}

func (c *Client) request(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "text/xml")
	c.identify(request)
	return request, nil
}

func (c *Client) identify(request *http.Request) {
	request.Header.Set("User-Agent", "cesi")
	if c.node.Username != "" {
		request.SetBasicAuth(c.node.Username, c.node.Password.Reveal())
	}
}

// readReply reads the body of a good reply.
func (c *Client) readReply(response *http.Response, reply *bytes.Buffer) error {
	if response.StatusCode != http.StatusOK {
		return newStatusError(response)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err == nil && kind == "text/html" {
		return errWebPage
	}
	if response.ContentLength > maxReply {
		return errTooLarge
	}
	if response.ContentLength > 0 {
		reply.Grow(int(response.ContentLength) + bytes.MinRead)
	}
	n, err := reply.ReadFrom(io.LimitReader(response.Body, maxReply+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%w: %w", errCut, err)
	case err != nil:
		return err
	case n > maxReply:
		return errTooLarge
	case len(bytes.TrimSpace(reply.Bytes())) == 0:
		return errEmpty
	default:
		return nil
	}
}
