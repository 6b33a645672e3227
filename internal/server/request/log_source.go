package request

import (
	"context"
	"io"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// LogSource reads the logs of the fleet. It explains a missing log by what supervisord
// reports about the process: a removed file is different from a process without a log.
type LogSource struct {
	*fleet.Fleet
}

// LogSize implements logtail.Source.
func (f LogSource) LogSize(ctx context.Context, node string, log cesi.LogName) (int64, error) {
	size, err := f.Fleet.LogSize(ctx, node, log)
	if err == nil && size == 0 { // a device seems to be empty
		err = f.checkDevice(node, log)
	}
	return size, f.explain(node, log, err)
}

// ReadLog implements logtail.Source.
func (f LogSource) ReadLog(ctx context.Context, node string, log cesi.LogName, from, to int64) (cesi.LogPart, error) {
	part, err := f.Fleet.ReadLog(ctx, node, log, from, to)
	return part, f.explain(node, log, err)
}

// FollowLog implements logtail.Source. supervisord also opens the stream of a device,
// but it stays empty.
func (f LogSource) FollowLog(ctx context.Context, node string, log cesi.LogName) (io.ReadCloser, error) {
	if f.checkDevice(node, log) != nil {
		if _, err := f.LogSize(ctx, node, log); err != nil {
			return nil, err
		}
	}
	stream, err := f.Fleet.FollowLog(ctx, node, log)
	return stream, f.explain(node, log, err)
}

// checkDevice fails if a log is a device by its name. The log may still be readable if
// the device leads to a file, as /dev/stdout does if supervisord's output goes into a
// file.
func (f LogSource) checkDevice(node string, log cesi.LogName) error {
	p, found := f.process(node, log)
	if !found || p == nil || !cesi.IsDevice(p.LogFile(log.Stream)) {
		return nil
	}
	return &cesi.Error{Kind: cesi.NotFound, Fault: cesi.FaultFailed}
}

// process returns the process of a log as last polled; nil for supervisord's own log.
func (f LogSource) process(node string, log cesi.LogName) (p *fleet.Process, found bool) {
	n, found := f.Snapshot().Node(node)
	if !found || log.Stream == cesi.MainLog {
		return nil, found
	}
	process, found := n.Process(log.Process)
	return &process, found
}

func (f LogSource) explain(node string, log cesi.LogName, err error) error {
	if !cesi.IsNoLog(err) && !cesi.IsUnreadableLog(err) {
		return err
	}
	process, found := f.process(node, log)
	if !found || process == nil && cesi.IsUnreadableLog(err) {
		return err
	}
	sentence := WhyNoLog(process, log.Stream)
	if cesi.IsUnreadableLog(err) {
		sentence = whyUnreadable(process, log.Stream)
	}
	e := &cesi.Error{Kind: cesi.NotFound, Text: sentence, Err: err}
	e.Fault = cesi.FaultOf(err)
	return e
}

// WhyNoLog explains why a process has no log, from what its supervisord reports.
func WhyNoLog(p *fleet.Process, stream cesi.LogStream) cesi.Text {
	if p == nil {
		return cesi.T("This supervisord writes its log to no file, or the file is not there (logfile in its [supervisord] section).")
	}
	file := p.LogFile(stream)
	switch {
	case file != "" && p.Start == 0:
		return cesi.T("There is no log yet: the process has never been started. It will be %s.", Sanitize(file))
	case file != "":
		return cesi.T("The file %s is not there. If it was removed under a running process, supervisord goes on writing into what was removed; the next start of the process creates it again.", Sanitize(file))
	case syslog(p, stream):
		return cesi.T("This process writes its %s to syslog: read it on the node, in the log of its system.", stream)
	case stream == cesi.Stderr:
		return cesi.T("This process has no stderr log: stderr_logfile = NONE, or redirect_stderr = true, which puts what it writes there into stdout.")
	case p.Config == nil || !p.Config.Full:
		return cesi.T("This process has no stdout log: stdout_logfile = NONE, or syslog.")
	default:
		return cesi.T("This process has no stdout log: stdout_logfile = NONE.")
	}
}

// syslog reports whether a process's output goes to syslog, as far as supervisord
// reports it.
func syslog(p *fleet.Process, stream cesi.LogStream) bool {
	switch {
	case p.Config == nil:
		return false
	case stream == cesi.Stderr:
		return p.Config.Stderr.Syslog
	default:
		return p.Config.Stdout.Syslog
	}
}

// whyUnreadable explains why supervisord can't read a log back.
func whyUnreadable(p *fleet.Process, stream cesi.LogStream) cesi.Text {
	file := Sanitize(p.LogFile(stream))
	if cesi.IsDevice(file) {
		return cesi.T("This process writes its %s to %s, a pipe, a terminal or another device: supervisord can't read that back. Look where supervisord's own output goes.", stream, file)
	}
	return cesi.T("supervisord can't read %s: it is a pipe or another device, or may not be opened.", file)
}
