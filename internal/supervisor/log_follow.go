package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// FollowLog opens the live stream of a log: its last 1,024 bytes, and then everything
// that is added, byte for byte. It waits until supervisord answers, at most for the
// node's timeout; the stream lasts until it is closed or ctx ends. Read it without
// pauses: supervisord keeps unread text in memory. The stream continues when the log is
// rotated or cleared. It ends when the log is truncated to a smaller size, since
// supervisord breaks it off, and when the node's name moves to another address. Errors:
// NotFound (cesi.IsNoLog) if there is no such log or process, and those of every call.
func (c *Client) FollowLog(ctx context.Context, log cesi.LogName) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+followPath(log), nil)
	if err != nil {
		cancel(nil)
		return nil, cesi.Wrap(cesi.Invalid, err, "node %q: %s has no address", c.node.Name, log)
	}
	c.identify(request)
	timer := time.AfterFunc(c.node.Timeout, func() { cancel(context.DeadlineExceeded) })
	endpoint, err := c.route.endpoint(ctx)
	var response *http.Response
	if err == nil {
		response, err = endpoint.do(request)
	}
	if !timer.Stop() && err == nil {
		response.Body.Close()
		err = context.DeadlineExceeded
	}
	if err == nil && response.StatusCode != http.StatusOK {
		err = newStatusError(response)
		response.Body.Close()
	}
	if err != nil {
		c.doubt(ctx, err)
		err = c.explainFollow(ctx, log, err)
		cancel(nil)
		return nil, err
	}
	f := &followed{ReadCloser: response.Body, cancel: cancel, endpoint: endpoint}
	if !endpoint.follow(f) {
		cancel(nil)
	}
	return f, nil
}

func followPath(log cesi.LogName) string {
	if log.Stream == cesi.MainLog {
		return "/mainlogtail"
	}
	return "/logtail/" + url.PathEscape(escapeFirst.Replace(log.Process.String())) + "/" + log.Stream.String()
}

// escapeFirst escapes the characters of a name that need to be escaped twice:
// supervisord unescapes the path once before it looks for a query, and once after.
// Everything else is escaped once, as other servers need it.
var escapeFirst = strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F", ";", "%3B")

func (c *Client) explainFollow(ctx context.Context, log cesi.LogName, err error) error {
	var status *statusError
	// supervisord up to 4.2.2 answers 410 instead of 404.
	if errors.As(err, &status) && (status.code == http.StatusNotFound || status.code == http.StatusGone) {
		e := cesi.Wrap(cesi.NotFound, err, "There is no log: %s has no file.", log)
		e.Fault = cesi.FaultNoFile
		return e
	}
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return c.explain(context.WithoutCancel(ctx), fmt.Errorf("%w: %w", context.DeadlineExceeded, err))
	}
	return c.explain(ctx, err)
}

// followed is a stream that closes its connection when it is closed.
type followed struct {
	io.ReadCloser
	cancel   context.CancelCauseFunc
	endpoint *endpoint
}

// Close implements io.Closer.
func (f *followed) Close() error {
	f.cancel(nil)
	f.endpoint.unfollow(f)
	return f.ReadCloser.Close()
}
