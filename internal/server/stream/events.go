package stream

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// writePatience is how long a browser may take for one write of a stream.
const writePatience = 15 * time.Second

// eventStream is a response of server-sent events.
type eventStream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// newEventStream begins a response that lasts until its handler returns: the server's
// deadlines do not apply to it, but each write has a deadline.
func newEventStream(w http.ResponseWriter) (*eventStream, error) {
	e := &eventStream{w: w, rc: http.NewResponseController(w)}
	if err := e.rc.SetReadDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("begin event stream: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	return e, e.rc.Flush()
}

// send writes one event; browsers call one without a name a message.
func (e *eventStream) send(name, data string) error {
	var b strings.Builder
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	for line := range strings.Lines(data) {
		b.WriteString("data: " + strings.TrimRight(line, "\r\n") + "\n")
	}
	if data == "" {
		b.WriteString("data:\n")
	}
	b.WriteString("\n")
	return e.write([]byte(b.String()))
}

// comment writes a line that browsers ignore, to show that the stream works.
func (e *eventStream) comment() error { return e.write([]byte(":\n\n")) }

func (e *eventStream) write(text []byte) error {
	if err := e.rc.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if _, err := e.w.Write(text); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return e.rc.Flush()
}
