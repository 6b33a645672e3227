// Package supervisor is the client of one supervisord: XML-RPC calls, and reads
// of the logs that it hands out. What goes wrong is a *cesi.Error of a named
// kind, in words fit for an operator.
//
// It knows nothing of other nodes, of polling or of permissions; it never
// retries on its own.
package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"syscall"
	"time"

	"cesi/internal/cesi"

	"github.com/kolo/xmlrpc"
)

// maxReply bounds the body of one reply, in bytes: about 12,000 processes, each
// with all that supervisord says of one.
const maxReply = 16 << 20

// Client talks to one supervisord. Its methods may be called from any
// goroutine; each is bounded by its context, the reading of the reply included.
type Client struct {
	node   cesi.Node
	base   string // of all its addresses
	url    string // of the XML-RPC interface
	route  *route
	failed *logMemory
}

// New returns the client of a node. It does not talk to it. It fails with
// Invalid if the node's certificate authorities can't be read.
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

// Close drops idle connections. Calls under way are not ended.
func (c *Client) Close() { c.route.close() }

// Peer is the numeric address and port, or the socket, that the last call went to;
// empty before the first. Calls, waiting calls and streams all go there.
func (c *Client) Peer() string { return c.route.peer() }

// call makes one XML-RPC call and decodes its result into result, which is a
// pointer, or nil where the result says nothing.
func (c *Client) call(ctx context.Context, result any, method string, args ...any) error {
	return c.exchange(ctx, c.post, result, method, args...)
}

// callWaiting is call for what supervisord answers only when it is done.
func (c *Client) callWaiting(ctx context.Context, result any, method string, args ...any) error {
	return c.exchange(ctx, c.postWaiting, result, method, args...)
}

// poster sends a request's body and returns that of a good reply. A
// *statusError is an answer that is none.
type poster func(ctx context.Context, body []byte) ([]byte, error)

func (c *Client) exchange(ctx context.Context, post poster, result any, method string, args ...any) error {
	request, err := xmlrpc.EncodeMethodCall(method, args...)
	if err != nil {
		return cesi.Wrap(cesi.Invalid, err, "node %q: %s can't be asked that", c.node.Name, method)
	}
	reply, err := post(ctx, request)
	if err != nil {
		c.doubt(ctx, err)
		return c.explain(ctx, err)
	}
	return c.decode(reply, result)
}

// doubt has the node's name asked again after a call that failed, unless that was
// broken off by who made it.
func (c *Client) doubt(ctx context.Context, err error) {
	var status *statusError
	answered := errors.As(err, &status) || errors.Is(err, errNotXMLRPC) || errors.Is(err, errTooLarge)
	if !errors.Is(context.Cause(ctx), context.Canceled) {
		c.route.doubt(!answered)
	}
}

func (c *Client) post(ctx context.Context, body []byte) ([]byte, error) {
	request, err := c.request(ctx, body)
	if err != nil {
		return nil, err
	}
	endpoint, err := c.route.endpoint(ctx)
	if err != nil {
		return nil, err
	}
	response, err := endpoint.do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return c.readReply(response)
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

func (c *Client) readReply(response *http.Response) ([]byte, error) {
	if response.StatusCode != http.StatusOK {
		return nil, newStatusError(response)
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err == nil && kind == "text/html" {
		return nil, errWebPage
	}
	if response.ContentLength > maxReply {
		return nil, errTooLarge
	}
	var reply bytes.Buffer
	if response.ContentLength > 0 {
		reply.Grow(int(response.ContentLength) + bytes.MinRead)
	}
	n, err := reply.ReadFrom(io.LimitReader(response.Body, maxReply+1))
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return nil, fmt.Errorf("%w: %w", errCut, err)
	case err != nil:
		return nil, err
	case n > maxReply:
		return nil, errTooLarge
	case len(bytes.TrimSpace(reply.Bytes())) == 0:
		return nil, errEmpty
	default:
		return reply.Bytes(), nil
	}
}
