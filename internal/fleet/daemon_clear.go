package fleet

import (
	"bytes"
	"context"

	"cesi/internal/cesi"
)

// headOfLog is how many bytes at the beginning of a log identify it.
const headOfLog = 1024

// mainLogState is the state of supervisord's own log.
type mainLogState struct {
	size int64
	head []byte
}

// clearMainLog empties supervisord's own log, and checks the result: supervisord does
// it by removing the file.
func (r *daemonRun) clearMainLog(ctx context.Context) Outcome {
	ref := Ref{Node: r.node.Name}
	before, err := r.mainLog(ctx)
	switch {
	case err == nil && before.size == 0: // it would remove /dev/null
		return failed(ref, cesi.Errorf(cesi.Conflict, "there is nothing to clear: its log is empty, or a device such as /dev/null"))
	case cesi.FaultOf(err) == cesi.FaultFailed:
		return failed(ref, cesi.Wrap(cesi.Conflict, err, "it was not cleared: its log can't be read back. It may be a device such as /dev/stdout, which would be removed"))
	case err != nil:
		return failed(ref, err)
	}
	if err := r.withNodeTimeout(ctx, r.poller.client.ClearMainLog); err != nil {
		return failed(ref, err)
	}
	after, err := r.mainLog(ctx)
	switch {
	case err != nil:
		return Outcome{Ref: ref, Result: cesi.UnknownEnd, Err: err,
			Message: cesi.T("supervisord reports success, but the log can't be read: %s", cesi.TextOf(err))}
	case after.size >= before.size && bytes.HasPrefix(after.head, before.head):
		return failed(ref, cesi.Errorf(cesi.Conflict, "supervisord reports success, but the log still has %d bytes", after.size))
	default:
		return Outcome{Ref: ref, Result: cesi.OK}
	}
}

// mainLog asks the node for the state of supervisord's own log.
func (r *daemonRun) mainLog(ctx context.Context) (s mainLogState, err error) {
	log := cesi.LogName{Stream: cesi.MainLog}
	err = r.withNodeTimeout(ctx, func(ctx context.Context) (err error) {
		s.size, err = r.poller.client.LogSize(ctx, log)
		return err
	})
	if err != nil || s.size == 0 {
		return s, err
	}
	err = r.withNodeTimeout(ctx, func(ctx context.Context) error {
		part, err := r.poller.client.ReadLog(ctx, log, 0, min(s.size, headOfLog))
		for _, piece := range part.Pieces {
			s.head = append(s.head, piece.Text...)
		}
		return err
	})
	return s, err
}
