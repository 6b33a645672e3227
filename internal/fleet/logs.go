package fleet

import (
	"context"
	"io"

	"cesi/internal/cesi"
)

// Tail returns the end of a process's log, at most maxBytes of it. It ends with the
// node's timeout.
func (f *Fleet) Tail(ctx context.Context, node string, id cesi.ProcessID, stream cesi.LogStream, maxBytes int64) ([]byte, error) {
	return onNode(ctx, f, node, func(ctx context.Context, c Client) ([]byte, error) {
		return c.Tail(ctx, id, stream, maxBytes)
	})
}

// LogSize returns the length of a log in bytes, within the node's timeout.
func (f *Fleet) LogSize(ctx context.Context, node string, log cesi.LogName) (int64, error) {
	return onNode(ctx, f, node, func(ctx context.Context, c Client) (int64, error) {
		return c.LogSize(ctx, log)
	})
}

// ReadLog returns a part of a log (see supervisor.Client.ReadLog), within the node's
// timeout.
func (f *Fleet) ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error) {
	return onNode(ctx, f, node, func(ctx context.Context, c Client) (cesi.LogPart, error) {
		return c.ReadLog(ctx, log, from, to)
	})
}

// FollowLog opens the live stream of a log. It ends with ctx, when it is closed, and
// when the node leaves the configuration or gets another address or login.
func (f *Fleet) FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error) {
	p, err := f.poller(node)
	if err != nil {
		return nil, err
	}
	if p.client == nil {
		return nil, p.dialErr
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		select {
		case <-p.quit:
		case <-ctx.Done():
		}
	}()
	stream, err := p.client.FollowLog(ctx, log)
	if err != nil {
		cancel()
		return nil, err
	}
	return &followed{ReadCloser: stream, cancel: cancel}, nil
}

// CheckLog says why a followed log has nothing new, if the last poll shows a reason:
// NotFound if the node or the process is gone, and Unreachable or Timeout if the node
// does not answer.
func (f *Fleet) CheckLog(node string, log cesi.LogName) error {
	n, found := f.Snapshot().Node(node)
	if !found {
		return cesi.Errorf(cesi.NotFound, "The node %q is no longer in the configuration.", node)
	}
	if err := n.Unanswered(); err != nil {
		return err
	}
	if _, found := n.Process(log.Process); !found && log.Stream != cesi.MainLog {
		return cesi.Errorf(cesi.NotFound, "There is no process %q on node %q any more.", log.Process, node)
	}
	return nil
}

// onNode calls a node's client, within the node's timeout.
func onNode[T any](ctx context.Context, f *Fleet, node string, call func(context.Context, Client) (T, error)) (T, error) {
	var none T
	p, err := f.poller(node)
	if err != nil {
		return none, err
	}
	if p.client == nil {
		return none, p.dialErr
	}
	ctx, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	return call(ctx, p.client)
}

// followed is a stream that ends with its poller.
type followed struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (f *followed) Close() error {
	f.cancel()
	return f.ReadCloser.Close()
}
