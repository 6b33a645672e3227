package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/logs"
)

const (
	// logPage is how much of a log a page shows at most, in bytes.
	logPage = 64 << 10
	// maxLogPart is the most that the API gives of a log at once, in bytes.
	maxLogPart = 1 << 20
)

// logRequest is which log a request is about.
type logRequest struct {
	node    *fleet.Node
	process *fleet.Process // nil for supervisord's own log
	log     cesi.LogName
}

// findLog returns the log that the path names.
func (rd *requestReader) findLog(r *http.Request) (logRequest, error) {
	n, err := rd.findNode(r)
	if err != nil {
		return logRequest{}, err
	}
	if param(r, "process") == "" {
		return logRequest{node: n, log: cesi.LogName{Stream: cesi.MainLog}}, nil
	}
	p, err := findProcess(n, r)
	if err != nil {
		return logRequest{}, err
	}
	log := cesi.LogName{Process: p.ProcessID, Stream: cesi.Stdout}
	if param(r, "stream") == cesi.Stderr.String() {
		log.Stream = cesi.Stderr
	}
	return logRequest{node: n, process: &p, log: log}, nil
}

// logWindow is which part of a log is wanted.
type logWindow struct {
	offset int64 // negative: not given
	before int64 // negative: not given
	length int64
}

func logWindowOf(query url.Values, length int64) (logWindow, error) {
	w := logWindow{offset: -1, before: -1, length: length}
	for name, value := range map[string]*int64{"offset": &w.offset, "before": &w.before, "length": &w.length} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return logWindow{}, cesi.Errorf(cesi.Invalid, "%s is a number of bytes, not %q", name, text)
		}
		*value = n
	}
	w.length = min(w.length, maxLogPart)
	return w, nil
}

// bounds returns the window's first byte and the one behind it, in a log of the
// given size.
func (w logWindow) bounds(size int64) (from, to int64) {
	switch {
	case w.offset >= 0:
		from = min(w.offset, size)
		return from, min(from+w.length, size)
	case w.before >= 0:
		to = min(w.before, size)
	default:
		to = size
	}
	return max(0, to-w.length), to
}

// readLog reads the window of a log and returns the log's size too.
func (rd *requestReader) readLog(ctx context.Context, l logRequest, w logWindow) (part cesi.LogPart, size int64, err error) {
	if size, err = rd.Logs.LogSize(ctx, l.node.Name, l.log); err != nil {
		return cesi.LogPart{}, 0, err
	}
	from, to := w.bounds(size)
	part, err = rd.Logs.ReadLog(ctx, l.node.Name, l.log, from, to)
	return part, max(size, part.To), err
}

// logQuery is what a request searches for.
type logQuery struct {
	Text       string
	Expression bool
	Wrap       bool
}

func logQueryOf(query url.Values) logQuery {
	return logQuery{Text: query.Get("q"), Expression: query.Get("regexp") != "", Wrap: query.Get("wrap") != "no"}
}

func (q logQuery) parse() (logs.Query, error) { return logs.NewQuery(q.Text, q.Expression) }

// values is what logQueryOf reads.
func (q logQuery) values() url.Values {
	v := url.Values{}
	if q.Text != "" {
		v.Set("q", q.Text)
		if q.Expression {
			v.Set("regexp", "1")
		}
	}
	if !q.Wrap {
		v.Set("wrap", "no")
	}
	return v
}
