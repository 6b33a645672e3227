package cesi

import (
	"path"
	"strings"
)

// IsDevice reports whether a log's file is, by its name, a device or an open file,
// such as /dev/stdout.
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

// CheckClear fails with Conflict where supervisord must not be asked to clear the
// process's logs. It clears both by removing their files: of one without a file
// it says True and does nothing, and a device it removes from its machine.
func (p Process) CheckClear() error {
	files := 0
	for _, stream := range []LogStream{Stdout, Stderr} {
		switch file := p.LogFile(stream); {
		case IsDevice(file):
			return Errorf(Conflict, "its %s goes to %s: supervisord would remove that device, not clear a log", stream, file)
		case file != "" && file != "syslog": // which is how 3.x names it
			files++
		}
	}
	if files == 0 {
		return Errorf(Conflict, "it has no log in a file to clear: its output goes nowhere (NONE) or to syslog")
	}
	return nil
}
