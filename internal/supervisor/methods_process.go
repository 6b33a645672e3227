package supervisor

import (
	"context"

	"cesi/internal/cesi"
)

// Signal sends a signal to a process (signalProcess): a name without SIG, or a
// number. It fails with Conflict if the process does not run, and with
// cesi.FaultUnknownMethod on a supervisord before 3.2.
func (c *Client) Signal(ctx context.Context, id cesi.ProcessID, signal string) error {
	return c.call(ctx, nil, "supervisor.signalProcess", id.String(), signal)
}

// SendStdin sends a text to a process's standard input (sendProcessStdin). It fails
// with Conflict if the process does not run.
func (c *Client) SendStdin(ctx context.Context, id cesi.ProcessID, text string) error {
	return c.call(ctx, nil, "supervisor.sendProcessStdin", id.String(), text)
}

// ClearLogs empties both logs of a process (clearProcessLogs).
func (c *Client) ClearLogs(ctx context.Context, id cesi.ProcessID) error {
	return c.call(ctx, nil, "supervisor.clearProcessLogs", id.String())
}
