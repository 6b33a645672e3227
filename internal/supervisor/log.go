package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"unicode/utf8"

	"cesi/internal/cesi"
)

const (
	// badReads is how many calls of one Tail may fail inside supervisord. Each
	// writes a traceback of 2 KB into the node's own log.
	badReads = 12
	// smallestGap is the shortest stretch, in bytes, that is searched for what
	// can be read in it.
	smallestGap = 64
)

// Tail returns the last maxBytes bytes of a process's log, or less where the log is
// shorter; nothing for a process that has no log. supervisord can't hand out
// bytes that are no UTF-8: they come as a gap, marked in the text. It fails with
// NotFound if there is no such process.
func (c *Client) Tail(ctx context.Context, id cesi.ProcessID, stream cesi.LogStream, maxBytes int64) ([]byte, error) {
	r := &logReader{client: c, ctx: ctx, id: id, stream: stream, budget: badReads}
	// A window that cuts a character in two fails as a whole; moving its
	// beginning by up to three bytes mends that.
	for cut := range int64(utf8.UTFMax) {
		text, err := r.read(cut-maxBytes, 0)
		if cesi.FaultOf(err) == cesi.FaultNoFile {
			return nil, nil
		}
		if !isUnreadable(err) {
			return text, err
		}
	}
	size, err := r.size()
	if isUnreadable(err) { // over 2 GiB
		return gap(maxBytes), nil
	}
	if err != nil {
		return nil, err
	}
	return r.patch(max(0, size-maxBytes), size)
}

// logReader reads one log with a budget of failures.
type logReader struct {
	client *Client
	ctx    context.Context
	id     cesi.ProcessID
	stream cesi.LogStream
	budget int
}

// read returns length bytes from offset on; a negative offset with length 0
// gives the last bytes.
func (r *logReader) read(offset, length int64) ([]byte, error) {
	method := "supervisor.readProcessStdoutLog"
	if r.stream == cesi.Stderr {
		method = "supervisor.readProcessStderrLog"
	}
	var text string
	err := r.client.call(r.ctx, &text, method, r.id.String(), offset, length)
	if isUnreadable(err) {
		r.budget--
	}
	return []byte(restore(text)), err
}

// size returns the log's length in bytes, from a tail of nothing.
func (r *logReader) size() (int64, error) {
	method := "supervisor.tailProcessStdoutLog"
	if r.stream == cesi.Stderr {
		method = "supervisor.tailProcessStderrLog"
	}
	var text string
	var size int64
	var overflow bool
	err := r.client.call(r.ctx, &[]any{&text, &size, &overflow}, method, r.id.String(), 0, 0)
	return size, err
}

// patch reads a stretch in halves, down to what can't be read.
func (r *logReader) patch(from, to int64) ([]byte, error) {
	if r.budget <= 0 {
		return gap(to - from), nil
	}
	text, err := r.read(from, to-from)
	if !isUnreadable(err) {
		return text, err
	}
	if to-from <= smallestGap {
		return gap(to - from), nil
	}
	middle := from + (to-from)/2
	// The later half first: it is what people look at, if the budget ends.
	later, err := r.patch(middle, to)
	if err != nil {
		return nil, err
	}
	earlier, err := r.patch(from, middle)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{earlier, later}, nil), nil
}

// gap marks bytes that can't be read.
func gap(n int64) []byte { return fmt.Appendf(nil, "[%d bytes that are not UTF-8]", n) }

// isUnreadable reports whether a read failed inside supervisord, as it does on
// bytes that are no UTF-8.
func isUnreadable(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == http.StatusInternalServerError
}
