package request

import (
	"context"
	"net/http"
	"time"
)

// WriteTimeout is how long a client may take for what was written.
const WriteTimeout = 30 * time.Second

// RollingWriter gives the client so long for each write, instead of for the
// whole answer.
type RollingWriter struct {
	http.ResponseWriter
	Patience time.Duration
}

// Write writes what the client takes within its time.
func (w *RollingWriter) Write(p []byte) (int, error) {
	if err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.Patience)); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(p)
}

// ExtendWriteDeadline gives an answer that took its time to prepare, since a node did, all
// the time that answers get to be sent. What can't set deadlines has none.
func ExtendWriteDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(WriteTimeout))
}

// UntilClosing returns a context that ends with the request or when the server
// shuts down.
func (rd *Reader) UntilClosing(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(rd.Closing, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}
