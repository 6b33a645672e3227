package supervisor

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"cesi/internal/cesi"
)

// badReads bounds how many calls of one read may fail inside supervisord. Each failure
// writes a traceback of 2 KB into the node's own log.
const badReads = 24

// MaxLogRead bounds how many bytes one call requests. supervisord has one thread for
// everything, so a larger reply would delay its other clients.
const MaxLogRead = 512 << 10

// Tail returns the last maxBytes bytes of a process's log, or fewer if the log is
// shorter; nothing if the process has no log, or none that can be read back. Gaps are
// marked in the text. It fails with NotFound if there is no such process.
func (c *Client) Tail(ctx context.Context, id cesi.ProcessID, stream cesi.LogStream, maxBytes int64) ([]byte, error) {
	log := cesi.LogName{Process: id, Stream: stream}
	size, err := c.LogSize(ctx, log)
	if cesi.IsNoLog(err) || cesi.IsUnreadableLog(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	part, err := c.ReadLog(ctx, log, max(0, size-maxBytes), size)
	if err != nil {
		return nil, err
	}
	var text []byte
	for _, piece := range part.Pieces {
		text = append(text, piece.Text...)
		if piece.Gap > 0 {
			text = fmt.Appendf(text, "[%d bytes that are not UTF-8]", piece.Gap)
		}
	}
	return text, nil
}

// ReadLog returns the bytes of a log from offset from up to offset to, as far as they
// exist. It begins and ends up to three bytes later, so as not to cut a character.
// Bytes that are not UTF-8, which supervisord can't hand out, are gaps. A gap is as
// short as the budget of failed calls allows, and shorter if it is requested again,
// since failures are remembered. Errors: NotFound (no such process, or no log:
// cesi.IsNoLog), and those of every call.
func (c *Client) ReadLog(ctx context.Context, log cesi.LogName, from, to int64) (cesi.LogPart, error) {
	part := cesi.LogPart{From: from, To: from}
	r := c.newLogReader(ctx, log)
	for next := from; next < to; {
		pieces, err := r.stretch(next, min(to, next+MaxLogRead), next > from)
		if err != nil {
			return cesi.LogPart{}, err
		}
		if len(pieces) == 0 {
			break
		}
		if next == from {
			part.From = pieces[0].Offset
		}
		part.Pieces = append(part.Pieces, pieces...)
		part.To = pieces[len(pieces)-1].End()
		next = part.To
	}
	return part, nil
}

// logReader reads one log with a budget of failures.
type logReader struct {
	client *Client
	ctx    context.Context
	log    cesi.LogName
	failed *failedReads
	budget int
}

func (c *Client) newLogReader(ctx context.Context, log cesi.LogName) *logReader {
	return &logReader{client: c, ctx: ctx, log: log, failed: c.failed.of(log), budget: badReads}
}

// errUnreadable is the error of a read that is not sent: it failed before, or the
// budget is used up.
var errUnreadable = &statusError{code: http.StatusInternalServerError}

// read returns the bytes from offset from up to offset to, or fewer at the log's end.
func (r *logReader) read(from, to int64) ([]byte, error) {
	if r.ctx.Err() != nil { // a read that is not sent would not notice
		return nil, r.client.explain(r.ctx, r.ctx.Err())
	}
	if r.budget <= 0 || r.failed.has(from, to) {
		return nil, errUnreadable
	}
	text, err := r.call(from, to-from)
	if isUnreadable(err) {
		r.budget--
		r.failed.add(from, to)
	}
	return text, err
}

// call requests length bytes from an offset on; length 0 reads to the end.
func (r *logReader) call(offset, length int64) ([]byte, error) {
	method, args := "supervisor.readLog", []any{offset, length}
	switch r.log.Stream {
	case cesi.Stdout:
		method, args = "supervisor.readProcessStdoutLog", append([]any{r.log.Process.String()}, args...)
	case cesi.Stderr:
		method, args = "supervisor.readProcessStderrLog", append([]any{r.log.Process.String()}, args...)
	}
	var text string
	err := r.client.call(r.ctx, &text, method, args...)
	return []byte(text), explainNoLog(r.log, err)
}

// explainNoLog gives the faults of logs that can't be read a sentence.
func explainNoLog(log cesi.LogName, err error) error {
	fault := cesi.FaultOf(err)
	var text cesi.Text
	switch fault {
	case cesi.FaultNoFile:
		text = cesi.T("There is no log: %s has no file.", log)
	case cesi.FaultFailed:
		text = cesi.T("supervisord can't read %s back: it is no regular file but a pipe, a terminal or another device, such as /dev/stdout, or it may not be opened.", log)
	default:
		return err
	}
	return &cesi.Error{Kind: cesi.NotFound, Text: text, Fault: fault, Err: err}
}

// isUnreadable reports whether a read failed inside supervisord, as it does for bytes
// that are not UTF-8.
func isUnreadable(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == http.StatusInternalServerError
}
