package supervisor

import (
	"bufio"
	"context"
	"errors"
	"io"

	"cesi/internal/cesi"
)

// maxMainLogLine is how much of a line of the main log is read, in bytes. The rest is
// skipped.
const maxMainLogLine = 8 << 10

// FollowMainLog opens the stream of supervisord's own log and calls take for each line,
// with its length in bytes: first for none, of 0 bytes, when the stream is open, then those
// of the log's last 1,024 bytes, then each as it is written. It ends with the first error of take, with ctx, or when the stream ends; the
// error then says why there is no stream, as FollowLog's does.
func (c *Client) FollowMainLog(ctx context.Context, take func(line cesi.MainLogLine, bytes int) error) error {
	stream, err := c.FollowLog(ctx, cesi.LogName{Stream: cesi.MainLog})
	if err != nil {
		return err
	}
	defer stream.Close()
	if err := take(cesi.MainLogLine{}, 0); err != nil {
		return err
	}
	lines := bufio.NewReaderSize(stream, maxMainLogLine)
	for rest := false; ; {
		text, err := lines.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		var line cesi.MainLogLine
		if !rest {
			line = ParseMainLogLine(text)
		}
		rest = long
		if len(text) > 0 {
			if err := take(line, len(text)); err != nil {
				return err
			}
		}
		if err != nil && !long {
			return c.streamEnd(ctx, err)
		}
	}
}

// streamEnd is the error of a stream that was there.
func (c *Client) streamEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return context.Cause(ctx)
	}
	return cesi.Wrap(cesi.Unreachable, errors.Join(io.ErrUnexpectedEOF, err), "The stream of its log ended.")
}
