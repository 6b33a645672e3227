package request

import (
	"context"
	"net/http"
	"time"
)

// WriteTimeout is how long a client may take to read what was written.
const WriteTimeout = 30 * time.Second

// RollingWriter gives the client that time for each write, instead of for the whole
// response.
type RollingWriter struct {
	http.ResponseWriter
	Patience time.Duration
}

// Write writes, with a new deadline.
func (w *RollingWriter) Write(p []byte) (int, error) {
	if err := http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.Patience)); err != nil {
		return 0, err
	}
	return w.ResponseWriter.Write(p)
}

// ExtendWriteDeadline restarts the write timeout before a response that was slow to
// prepare, since a node was slow. It does nothing for a writer without deadlines.
func ExtendWriteDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(WriteTimeout))
}

// UntilClosing returns a context that ends with the request or when the server shuts
// down.
func (rd *Reader) UntilClosing(r *http.Request) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	stop := context.AfterFunc(rd.Closing, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}
