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

// FollowLog opens the live stream of a log: its last 1,024 bytes, and from then
// on what is added to it, byte for byte. It blocks until supervisord answers,
// for the node's timeout at most; the stream itself lasts until it is closed or
// ctx ends. Read it without pause: supervisord keeps in memory what is not taken.
// A log that is rotated or cleared goes on; one that is cut short ends the
// stream, since supervisord breaks it off then. So does a move of the node's name to
// another address. Errors: NotFound (cesi.IsNoLog)
// where there is no such log or process, and those of every call.
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

// escapeFirst escapes what a name may hold and has to be escaped twice:
// supervisord unescapes the path once before it looks for a query in it, and once
// after. Everything else is escaped once, as other servers want it.
var escapeFirst = strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F", ";", "%3B")

func (c *Client) explainFollow(ctx context.Context, log cesi.LogName, err error) error {
	var status *statusError
	// supervisord up to 4.2.2 answers 410 where newer ones answer 404.
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

// followed is a stream that gives its connection back when it is closed.
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
