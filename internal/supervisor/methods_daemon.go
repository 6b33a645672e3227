package supervisor

import (
	"context"
	"errors"

	"cesi/internal/cesi"
)

var errNoLists = errors.New("a reread without three lists")

// Reread makes supervisord read its configuration and returns the differences to what
// it runs (reloadConfig). It applies nothing. It fails with cesi.FaultCantReread if the
// configuration is broken.
func (c *Client) Reread(ctx context.Context) (cesi.Changes, error) {
	var lists [][][]string
	if err := c.call(ctx, &lists, "supervisor.reloadConfig"); err != nil {
		return cesi.Changes{}, err
	}
	if len(lists) != 1 || len(lists[0]) != 3 {
		return cesi.Changes{}, badReply(errNoLists)
	}
	return cesi.Changes{Added: lists[0][0], Changed: lists[0][1], Removed: lists[0][2]}, nil
}

// AddGroup adds a group of the configuration of the last reread (addProcessGroup). It
// fails with Conflict if the group already exists.
func (c *Client) AddGroup(ctx context.Context, group string) error {
	return c.call(ctx, nil, "supervisor.addProcessGroup", group)
}

// RemoveGroup removes a group (removeProcessGroup). It fails with Conflict while a
// process of the group runs.
func (c *Client) RemoveGroup(ctx context.Context, group string) error {
	return c.call(ctx, nil, "supervisor.removeProcessGroup", group)
}

// Restart makes supervisord stop all its programs and start again (restart). It returns
// when supervisord has begun; until it is back, every other call fails.
func (c *Client) Restart(ctx context.Context) error {
	return c.call(ctx, nil, "supervisor.restart")
}

// Shutdown makes supervisord stop all its programs and end (shutdown). It returns when
// supervisord has begun.
func (c *Client) Shutdown(ctx context.Context) error {
	return c.call(ctx, nil, "supervisor.shutdown")
}

// ClearMainLog empties supervisord's own log (clearLog).
func (c *Client) ClearMainLog(ctx context.Context) error {
	return c.call(ctx, nil, "supervisor.clearLog")
}
