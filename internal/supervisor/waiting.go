package supervisor

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// replyEnd is the end of a reply's body, whatever its Content-Length says.
var replyEnd = []byte("</methodResponse>")

// postWaiting is post for the calls that supervisord answers only when a process has
// started or stopped, each on its own connection. For those replies supervisord counts
// characters, not bytes, for Content-Length (supervisor/xmlrpc.py,
// DeferredXMLRPCResponse): with a Chinese name in it the reply is longer than it says,
// and net/http would cut it.
func (c *Client) postWaiting(ctx context.Context, body []byte, reply *bytes.Buffer) error {
	request, err := c.request(ctx, body)
	if err != nil {
		return err
	}
	request.Close = true
	conn, err := c.connect(ctx, request.URL)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	if err := request.Write(conn); err != nil {
		return err
	}
	bounded := &io.LimitedReader{R: conn, N: maxHeader}
	reader := bufio.NewReader(bounded)
	response, err := http.ReadResponse(reader, request)
	if err != nil {
		if bounded.N <= 0 {
			err = errHeader
		}
		return err
	}
	bounded.N = maxReply + 1
	defer response.Body.Close()
	if err := c.readReply(response, reply); err != nil || bytes.Contains(reply.Bytes(), replyEnd) {
		return err
	}
	_, err = reply.ReadFrom(io.LimitReader(reader, int64(maxReply-reply.Len())))
	return err
}

// connect opens a connection to the address of the polls, by the scheme of the URL.
func (c *Client) connect(ctx context.Context, to *url.URL) (net.Conn, error) {
	endpoint, err := c.route.endpoint(ctx)
	if err != nil {
		return nil, err
	}
	conn, err := endpoint.dial(ctx, "", "")
	if err != nil || to.Scheme != "https" {
		return conn, err
	}
	config := &tls.Config{}
	if endpoint.transport.TLSClientConfig != nil {
		config = endpoint.transport.TLSClientConfig.Clone()
	}
	config.ServerName = to.Hostname()
	config.NextProtos = nil
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("%w: %w", errHandshake, err)
	}
	return secure, nil
}
