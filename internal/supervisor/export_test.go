package supervisor

import "context"

// RememberedLogs is of how many logs the client remembers something.
func (c *Client) RememberedLogs() int {
	c.failed.mu.Lock()
	defer c.failed.mu.Unlock()
	return len(c.failed.logs)
}

// The errors of replies that are too large to send in a test.
var (
	ErrTooLarge = errTooLarge
	ErrHeader   = errHeader
)

// Explain is how the client explains a failure on the way to a reply.
func (c *Client) Explain(ctx context.Context, err error) error { return c.explain(ctx, err) }
