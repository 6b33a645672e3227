package stream

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// commentEvery is how often an idle log shows that its stream works.
const commentEvery = 15 * time.Second

// logNotice is the data of a seam, a state or the end.
type logNotice struct {
	Live     bool   `json:"live"`
	Sentence string `json:"sentence"`
}

// logStream is the event stream of a log, or of several that share it: their events
// then begin with the name of the log, as in "stderr-text". It is safe for concurrent
// use.
type logStream struct {
	*eventStream

	mu     sync.Mutex
	wrote  time.Time
	json   bytes.Buffer // of the current event: a log may be fast
	places url.Values   // the offsets up to which the logs were sent
}

func newLogStream(stream *eventStream) *logStream {
	return &logStream{eventStream: stream, wrote: time.Now(), places: url.Values{}}
}

// reached sets the offset up to which a reader that has connected again has a log;
// negative: unknown.
func (s *logStream) reached(log string, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if end >= 0 {
		s.places.Set(log, strconv.FormatInt(end, 10))
	}
}

// keepAlive sends a comment if nothing was sent for a while.
func (s *logStream) keepAlive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.wrote) < commentEvery {
		return nil
	}
	s.wrote = time.Now()
	return s.comment()
}

// sendText sends text of a log that ends at an offset; negative: unknown. Browsers send
// the event's id when they connect again.
func (s *logStream) sendText(log string, end int64, data any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := strconv.FormatInt(end, 10)
	if log != "" {
		s.places.Set(log, id)
		id = s.places.Encode()
	}
	return s.sendJSON(log, "text", id, data)
}

// sendNotice sends a notice about a log.
func (s *logStream) sendNotice(log, name string, notice logNotice) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendJSON(log, name, "", notice)
}

// sendJSON sends an event. Call with mu held.
func (s *logStream) sendJSON(log, name, id string, data any) error {
	s.wrote = time.Now()
	if log != "" {
		name = log + "-" + name
	}
	s.json.Reset()
	if err := json.NewEncoder(&s.json).Encode(data); err != nil {
		return err
	}
	return s.send(event{id: id, name: name, data: s.json.Bytes()})
}
