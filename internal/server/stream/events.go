package stream

import (
	"bytes"
	"fmt"
	"net/http"
	"time"
)

// writePatience is how long a browser may take for one write of a stream.
const writePatience = 15 * time.Second

// event is a server-sent event.
type event struct {
	id   string // sent back when the browser connects again; empty: the last one stays
	name string // empty: a message, as browsers call it
	data []byte
}

// appendTo appends the event as it is sent.
func (e event) appendTo(to *bytes.Buffer) {
	if e.id != "" {
		to.WriteString("id: " + e.id + "\n")
	}
	if e.name != "" {
		to.WriteString("event: " + e.name + "\n")
	}
	for line := range bytes.Lines(e.data) {
		to.WriteString("data: ")
		to.Write(bytes.TrimRight(line, "\r\n"))
		to.WriteByte('\n')
	}
	if len(e.data) == 0 {
		to.WriteString("data:\n")
	}
	to.WriteByte('\n')
}

// eventStream is a response of server-sent events.
type eventStream struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	buffer bytes.Buffer // of the current event: a log may be fast
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

// send writes one event.
func (e *eventStream) send(one event) error {
	e.buffer.Reset()
	one.appendTo(&e.buffer)
	return e.write(e.buffer.Bytes())
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
