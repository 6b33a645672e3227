package server

import (
	"maps"
	"net/http"
	"net/url"
	"sync"

	"cesi/internal/cesi"
)

// bothLogsStream follows stdout and stderr of a process for its page. They share
// a stream, because browsers have few connections to a server for all their tabs.
func (s *Server) bothLogsStream(w http.ResponseWriter, r *http.Request) error {
	n, err := s.findNode(r)
	if err != nil {
		return err
	}
	p, err := findProcess(n, r)
	if err != nil {
		return err
	}
	places, resumed, err := logPlaces(r)
	if err != nil {
		return err
	}
	stream, err := newEventStream(w)
	if err != nil || r.Method == http.MethodHead {
		return err
	}
	ctx, cancel := s.untilClosing(r)
	defer cancel()
	shared := newLogStream(stream)
	for stream, place := range places {
		shared.reached(stream.String(), place)
	}
	var following sync.WaitGroup
	for _, log := range []cesi.LogName{{Process: p.ProcessID, Stream: cesi.Stdout}, {Process: p.ProcessID, Stream: cesi.Stderr}} {
		t := &tailer{logStream: shared, stream: log.Stream.String(), speaker: s.speaker(r), encode: encodeSpans()}
		if logFile(&p, log.Stream) == "" { // perhaps since the page was loaded
			if err := t.notice("end", false, whyNoLog(&p, log.Stream)); err != nil {
				return nil // the reader has gone
			}
			continue
		}
		from := places[log.Stream]
		following.Go(func() {
			if t.follow(ctx, s.logs.Tail(n.Name, log, from), from, resumed, s.readsLogs(r)) != nil {
				cancel() // the reader has gone
			}
		})
	}
	following.Wait()
	return nil
}

// logPlaces are the offsets from which on both logs are wanted, as tailFrom's. A
// browser that connects again may know of one log alone how far it has come.
func logPlaces(r *http.Request) (places map[cesi.LogStream]int64, resumed bool, err error) {
	values := r.URL.Query()
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		resumed = true
		come, err := url.ParseQuery(last)
		if err != nil {
			return nil, false, cesi.Errorf(cesi.Invalid, "%q is no place in two logs", last)
		}
		maps.Copy(values, come)
	}
	places = map[cesi.LogStream]int64{}
	for _, stream := range []cesi.LogStream{cesi.Stdout, cesi.Stderr} {
		if places[stream], err = parseOffset(values.Get(stream.String())); err != nil {
			return nil, false, err
		}
	}
	return places, resumed, nil
}
