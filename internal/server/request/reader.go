// Package request reads what requests ask for (path parameters, queries, commands,
// parts of logs) and makes the links to them.
package request

import (
	"context"
	"time"

	"cesi/internal/fleet"
)

// Reader reads requests. Its fields must be set before its first use.
type Reader struct {
	Fleet *fleet.Fleet
	Logs  LogSource
	// Prefix is the path under which the server is reached; empty for none.
	Prefix string
	Now    func() time.Time
	// Closing is done when the server shuts down.
	Closing context.Context
	// Patience is how long a request waits for its command.
	Patience time.Duration
}
