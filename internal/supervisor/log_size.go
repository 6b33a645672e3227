package supervisor

import (
	"context"

	"cesi/internal/cesi"
)

const (
	// largeLog is the size from which supervisord can't return a log's size: it does
	// not fit into XML-RPC's 32-bit number, and the call fails.
	largeLog = 1 << 31
	// lastStep is the largest range that is read to find the log's end.
	lastStep = 64 << 10
	// maxLog is the offset after which the end of a log is not searched for, 8 TiB. If
	// a log seems longer, the node or a proxy fails at every call.
	maxLog = 1 << 43
)

// LogSize returns the length of a log in bytes. For a process's log under 2 GiB
// supervisord returns it in one call. For others the end is searched for in about 30
// short calls, fewer if it is roughly known. Errors: those of ReadLog.
func (c *Client) LogSize(ctx context.Context, log cesi.LogName) (int64, error) {
	return c.newLogReader(ctx, log).size()
}

func (r *logReader) size() (int64, error) {
	size, err := r.askSize()
	if err == nil {
		r.failed.grown(size)
	}
	return size, err
}

func (r *logReader) askSize() (int64, error) {
	if r.log.Stream == cesi.MainLog {
		return r.searchEnd(0)
	}
	if last := r.failed.last(); last >= largeLog { // the call would certainly fail
		if there, err := r.isThere(last - 1); err != nil {
			return 0, err
		} else if there {
			return r.searchEnd(last)
		}
	}
	method := "supervisor.tailProcessStdoutLog"
	if r.log.Stream == cesi.Stderr {
		method = "supervisor.tailProcessStderrLog"
	}
	var text string
	var size int64
	var overflow bool
	err := r.client.call(r.ctx, &[]any{&text, &size, &overflow}, method, r.log.Process.String(), 0, 0)
	switch {
	case isUnreadable(err):
		return r.searchEnd(largeLog)
	case err == nil && size == 0:
		_, err = r.call(0, 1) // to tell an empty log from none
	}
	return size, err
}

// searchEnd finds the end of a log that has at least least bytes.
func (r *logReader) searchEnd(least int64) (int64, error) {
	if last := r.failed.last(); last > least {
		if there, err := r.isThere(last - 1); err != nil {
			return 0, err
		} else if there {
			least = last
		}
	}
	beyond := least + lastStep
	for step := int64(lastStep); ; step *= 2 {
		if beyond > maxLog {
			return 0, cesi.Errorf(cesi.Unreachable, "The end of this log can't be found: every read fails, in supervisord or in a proxy before it.")
		}
		there, err := r.isThere(beyond)
		if err != nil {
			return 0, err
		}
		if !there {
			break
		}
		least, beyond = beyond, beyond+2*step
	}
	least, beyond, err := r.halve(least, beyond, lastStep)
	if err != nil {
		return 0, err
	}
	return r.readToEnd(least, beyond)
}

// halve narrows two offsets, of which the log has only the lower one, until they are
// within so many bytes of each other.
func (r *logReader) halve(least, beyond, within int64) (int64, int64, error) {
	for beyond-least > within {
		middle := least + (beyond-least)/2
		there, err := r.isThere(middle)
		if err != nil {
			return 0, 0, err
		}
		if there {
			least = middle
		} else {
			beyond = middle
		}
	}
	return least, beyond, nil
}

// isThere reports whether the log has a byte at the offset. A failure inside
// supervisord also means yes: the byte is part of a character.
func (r *logReader) isThere(offset int64) (bool, error) {
	if r.ctx.Err() != nil { // a remembered read would not notice
		return false, r.client.explain(r.ctx, r.ctx.Err())
	}
	if r.failed.has(offset, offset+1) {
		return true, nil
	}
	text, err := r.call(offset, 1)
	if isUnreadable(err) {
		r.failed.add(offset, offset+1)
		return true, nil
	}
	return len(text) > 0, err
}

// readToEnd finds the end between two close offsets: in one call, or byte by byte if it
// contains unreadable bytes.
func (r *logReader) readToEnd(least, beyond int64) (int64, error) {
	for k := range int64(4) {
		text, err := r.call(least+k, beyond-least)
		if !isUnreadable(err) {
			return least + k + int64(len(text)), err
		}
	}
	last, _, err := r.halve(least, beyond, 1)
	return last + 1, err
}
