package cesi

import (
	"path"
	"strings"
)

// IsDevice reports whether the name of a log's file is that of a device or an open
// file, such as /dev/stdout.
func IsDevice(file string) bool {
	file = path.Clean(file)
	return strings.HasPrefix(file, "/dev/") && !strings.HasPrefix(file, "/dev/shm/") ||
		strings.HasPrefix(file, "/proc/") && strings.Contains(file, "/fd/")
}

// LogFile returns the file of one of the process's logs; empty if it has none.
func (p Process) LogFile(stream LogStream) string {
	if stream == Stderr {
		return p.StderrLogfile
	}
	return p.StdoutLogfile
}

// CheckClear fails with Conflict if supervisord must not clear the process's logs. It
// clears both by removing their files. For a log without a file it returns True and
// does nothing, and it would remove a device.
func (p Process) CheckClear() error {
	files := 0
	for _, stream := range []LogStream{Stdout, Stderr} {
		switch file := p.LogFile(stream); {
		case IsDevice(file):
			return Errorf(Conflict, "its %s goes to %s: supervisord would remove that device, not clear a log", stream, file)
		case file != "" && file != "syslog": // supervisord 3.x names syslog so
			files++
		}
	}
	if files == 0 {
		return Errorf(Conflict, "it has no log in a file to clear: its output goes nowhere (NONE) or to syslog")
	}
	return nil
}
