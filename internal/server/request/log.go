package request

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/logtail"
)

// FileName returns the name of a download: node, process and stream, without characters
// that are special in a file system or a shell.
func (l Log) FileName() string {
	name := l.Node.Name + "-supervisord"
	if l.Process != nil {
		name = fmt.Sprintf("%s-%s-%s", l.Node.Name, l.Process.ProcessID, l.Name.Stream)
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"'<>|&;$%`+"`", r) || r < ' ' {
			return '_'
		}
		return r
	}, Sanitize(name)) + ".log"
}

const (
	// LogPageBytes bounds the part of a log that a page shows, in bytes.
	LogPageBytes = 64 << 10
	// maxLogPart bounds the part of a log that the API returns at once, in bytes.
	maxLogPart = 1 << 20
)

// Log is the log that a request is about.
type Log struct {
	Node    *fleet.Node
	Process *fleet.Process // nil for supervisord's own log
	Name    cesi.LogName
}

// FindLog returns the log named in the path.
func (rd *Reader) FindLog(r *http.Request) (Log, error) {
	n, err := rd.FindNode(r)
	if err != nil {
		return Log{}, err
	}
	if Param(r, "process") == "" {
		return Log{Node: n, Name: cesi.LogName{Stream: cesi.MainLog}}, nil
	}
	p, err := FindProcess(n, r)
	if err != nil {
		return Log{}, err
	}
	log := cesi.LogName{Process: p.ProcessID, Stream: cesi.Stdout}
	if Param(r, "stream") == cesi.Stderr.String() {
		log.Stream = cesi.Stderr
	}
	return Log{Node: n, Process: &p, Name: log}, nil
}

// logWindow is the part of a log that a request asks for.
type logWindow struct {
	Offset int64 // negative: not given
	Before int64 // negative: not given
	Length int64
}

// ParseLogWindow reads offset, before and length. The default length is the given one,
// the maximum 1 MB.
func ParseLogWindow(query url.Values, length int64) (logWindow, error) {
	w := logWindow{Offset: -1, Before: -1, Length: length}
	for name, value := range map[string]*int64{"offset": &w.Offset, "before": &w.Before, "length": &w.Length} {
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
	w.Length = min(w.Length, maxLogPart)
	return w, nil
}

// bounds returns the offsets of the window's first byte and of the byte after it, in a
// log of the given size.
func (w logWindow) bounds(size int64) (from, to int64) {
	switch {
	case w.Offset >= 0:
		from = min(w.Offset, size)
		return from, min(from+w.Length, size)
	case w.Before >= 0:
		to = min(w.Before, size)
	default:
		to = size
	}
	return max(0, to-w.Length), to
}

// ReadLog reads the window of a log, and also returns the log's size.
func (rd *Reader) ReadLog(ctx context.Context, l Log, w logWindow) (part cesi.LogPart, size int64, err error) {
	if size, err = rd.Logs.LogSize(ctx, l.Node.Name, l.Name); err != nil {
		return cesi.LogPart{}, 0, err
	}
	from, to := w.bounds(size)
	part, err = rd.Logs.ReadLog(ctx, l.Node.Name, l.Name, from, to)
	return part, max(size, part.To), err
}

// LogQuery is the search of a request.
type LogQuery struct {
	Text       string
	Expression bool
	Wrap       bool
}

// ParseLogQuery reads q, regexp and wrap.
func ParseLogQuery(query url.Values) LogQuery {
	return LogQuery{Text: query.Get("q"), Expression: query.Get("regexp") != "", Wrap: query.Get("wrap") != "no"}
}

// Parse compiles the query; it fails with Invalid.
func (q LogQuery) Parse() (logtail.Query, error) { return logtail.NewQuery(q.Text, q.Expression) }

// Values writes the query in the form that ParseLogQuery reads.
func (q LogQuery) Values() url.Values {
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

// LogName names a log in sentences.
func LogName(log cesi.LogName) cesi.Text {
	if log.Stream == cesi.MainLog {
		return cesi.T("supervisord's own log")
	}
	return cesi.T("%s of %s", log.Stream, Sanitize(log.Process.String()))
}

// LogPath returns the local path of a log's page.
func LogPath(node string, log cesi.LogName) string {
	if log.Stream == cesi.MainLog {
		return LocalURL("nodes", node, "log")
	}
	return LocalURL("nodes", node, "processes", log.Process, "log", log.Stream)
}
