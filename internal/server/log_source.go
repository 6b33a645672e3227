package server

import (
	"context"
	"io"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// logSource reads the logs of the fleet, and words why there is none by what the
// log's supervisord says of the process: a file that was removed is another
// matter than a process that has no log.
type logSource struct {
	*fleet.Fleet
}

// LogSize implements logs.Source.
func (f logSource) LogSize(ctx context.Context, node string, log cesi.LogName) (int64, error) {
	size, err := f.Fleet.LogSize(ctx, node, log)
	if err == nil && size == 0 { // a device seems to be empty
		err = f.checkDevice(node, log)
	}
	return size, f.explain(node, log, err)
}

// ReadLog implements logs.Source.
func (f logSource) ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error) {
	part, err := f.Fleet.ReadLog(ctx, node, log, from, to)
	return part, f.explain(node, log, err)
}

// FollowLog implements logs.Source. supervisord opens the stream of a device too,
// in which nothing ever comes.
func (f logSource) FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error) {
	if f.checkDevice(node, log) != nil {
		if _, err := f.LogSize(ctx, node, log); err != nil {
			return nil, err
		}
	}
	stream, err := f.Fleet.FollowLog(ctx, node, log)
	return stream, f.explain(node, log, err)
}

// checkDevice fails where a log is a device by its name. It may still be read back
// if that leads to a file, as /dev/stdout does where supervisord's output goes
// into one.
func (f logSource) checkDevice(node string, log cesi.LogName) error {
	p, found := f.process(node, log)
	if !found || p == nil || !cesi.IsDevice(p.LogFile(log.Stream)) {
		return nil
	}
	return &cesi.Error{Kind: cesi.NotFound, Fault: cesi.FaultFailed}
}

// process returns the process of a log as it was polled last; nil for supervisord's
// own log.
func (f logSource) process(node string, log cesi.LogName) (p *fleet.Process, found bool) {
	n, found := f.Snapshot().Node(node)
	if !found || log.Stream == cesi.MainLog {
		return nil, found
	}
	process, found := n.Process(log.Process)
	return &process, found
}

func (f logSource) explain(node string, log cesi.LogName, err error) error {
	if !cesi.IsNoLog(err) && !cesi.IsUnreadableLog(err) {
		return err
	}
	process, found := f.process(node, log)
	if !found || process == nil && cesi.IsUnreadableLog(err) {
		return err
	}
	sentence := whyNoLog(process, log.Stream)
	if cesi.IsUnreadableLog(err) {
		sentence = whyUnreadable(process, log.Stream)
	}
	e := cesi.Wrap(cesi.NotFound, err, "%s", sentence)
	e.Fault = cesi.FaultOf(err)
	return e
}
