package stream

import (
	"maps"
	"net/http"
	"net/url"
	"sync"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/logtail"
	"cesi/internal/server/request"
	"cesi/internal/server/session"
)

// CombinedLogs follows stdout and stderr of a process for its page. They share a
// stream, because browsers allow few connections to a server for all their tabs.
func (h *Handler) CombinedLogs(w http.ResponseWriter, r *http.Request) error {
	n, err := h.Requests.FindNode(r)
	if err != nil {
		return err
	}
	p, err := request.FindProcess(n, r)
	if err != nil {
		return err
	}
	places, resumed, err := logPlaces(r)
	if err != nil {
		return err
	}
	tails, refused, err := h.bothTails(r, n.Name, &p, places)
	for _, tail := range tails {
		defer tail.Close()
	}
	if err != nil {
		return err
	}
	stream, err := newEventStream(w)
	if err != nil || r.Method == http.MethodHead {
		return err
	}
	ctx, cancel := h.Requests.UntilClosing(r)
	defer cancel()
	shared := newLogStream(stream)
	for stream, place := range places {
		shared.reached(stream.String(), place)
	}
	var following sync.WaitGroup
	for _, stream := range bothStreams {
		t := &tailer{logStream: shared, stream: stream.String(), localizer: h.Localizer(r), encode: encodeSpans()}
		tail, from := tails[stream], places[stream]
		if tail == nil {
			if err := t.notice("end", false, refused[stream]); err != nil {
				cancel() // the reader is gone
			}
			continue
		}
		following.Go(func() {
			err := cesi.Contain(h.Log, "send a log", func() error {
				return t.follow(ctx, tail, from, resumed, h.newLogReader(r))
			})
			if err != nil {
				cancel() // the reader is gone
			}
		})
	}
	following.Wait()
	return nil
}

// bothStreams are the logs of a process.
var bothStreams = [...]cesi.LogStream{cesi.Stdout, cesi.Stderr}

// bothTails begins to follow the logs of a process, and says why it does not follow
// one. It fails if it may follow none. The caller must close the tails.
func (h *Handler) bothTails(r *http.Request, node string, p *fleet.Process, places map[cesi.LogStream]int64) (tails map[cesi.LogStream]*logtail.Tail, refused map[cesi.LogStream]cesi.Text, err error) {
	tails, refused = map[cesi.LogStream]*logtail.Tail{}, map[cesi.LogStream]cesi.Text{}
	for _, stream := range bothStreams {
		if p.LogFile(stream) == "" { // perhaps changed since the page was loaded
			refused[stream] = request.WhyNoLog(p, stream)
			continue
		}
		tail, failure := h.Logs.Tail(session.Of(r).User.Name, node, cesi.LogName{Process: p.ProcessID, Stream: stream}, places[stream])
		if failure != nil {
			refused[stream], err = cesi.TextOf(failure), failure
			continue
		}
		tails[stream] = tail
	}
	if len(tails) > 0 {
		err = nil
	}
	return tails, refused, err
}

// logPlaces returns the offsets from which both logs are wanted, as tailFrom does for
// one. A browser that connects again may know the offset of only one log.
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
	for _, stream := range bothStreams {
		if places[stream], err = parseOffset(values.Get(stream.String())); err != nil {
			return nil, false, err
		}
	}
	return places, resumed, nil
}
