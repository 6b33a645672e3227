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
	return size, f.explain(node, log, err)
}

// ReadLog implements logs.Source.
func (f logSource) ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error) {
	part, err := f.Fleet.ReadLog(ctx, node, log, from, to)
	return part, f.explain(node, log, err)
}

// FollowLog implements logs.Source.
func (f logSource) FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error) {
	stream, err := f.Fleet.FollowLog(ctx, node, log)
	return stream, f.explain(node, log, err)
}

func (f logSource) explain(node string, log cesi.LogName, err error) error {
	if !cesi.IsNoLog(err) {
		return err
	}
	n, found := f.Snapshot().Node(node)
	if !found {
		return err
	}
	var process *fleet.Process
	if log.Stream != cesi.MainLog {
		p, found := n.Process(log.Process)
		if !found {
			return err
		}
		process = &p
	}
	e := cesi.Wrap(cesi.NotFound, err, "%s", whyNoLog(process, log.Stream))
	e.Fault = cesi.FaultNoFile
	return e
}
