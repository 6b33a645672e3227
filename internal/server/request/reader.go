// Package request reads what a request asks for (path parameters, queries, commands,
// parts of logs) and makes the links that ask for it.
package request

import (
	"context"
	"time"

	"cesi/internal/fleet"
)

// Reader reads what requests ask for. Its fields are set before its first use.
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
