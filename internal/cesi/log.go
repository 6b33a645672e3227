package cesi

// LogStream is one of the two logs of a process, or supervisord's own.
type LogStream int

// The logs of a node. MainLog belongs to no process.
const (
	Stdout LogStream = iota
	Stderr
	MainLog
)

// String returns "stdout", "stderr" or "main".
func (s LogStream) String() string {
	switch s {
	case Stdout:
		return "stdout"
	case Stderr:
		return "stderr"
	default:
		return "main"
	}
}

// LogName identifies a log on its node. Process is empty for MainLog.
type LogName struct {
	Process ProcessID
	Stream  LogStream
}

// String names the log in sentences and in the program's own log.
func (l LogName) String() string {
	if l.Stream == MainLog {
		return "supervisord's own log"
	}
	return l.Stream.String() + " of " + l.Process.String()
}

// LogPart is a part of a log, from offset From up to offset To. Its pieces are
// adjacent.
type LogPart struct {
	From, To int64
	Pieces   []LogPiece
}

// LogPiece is text of a log, or a gap: bytes that supervisord can't hand out, because
// they are not UTF-8.
type LogPiece struct {
	Offset int64 // in bytes from the log's beginning
	Text   []byte
	Gap    int64 // length in bytes; 0 for text
}

// End returns the offset after the piece.
func (p LogPiece) End() int64 { return p.Offset + int64(len(p.Text)) + p.Gap }

// IsNoLog reports whether err says that a process has no such log: none is configured,
// or its file does not exist.
func IsNoLog(err error) bool { return FaultOf(err) == FaultNoFile }

// IsUnreadableLog reports whether err says that a process's log can't be read back: it
// is a pipe, a device such as /dev/stdout, or a file without permission.
func IsUnreadableLog(err error) bool {
	return err != nil && KindOf(err) == NotFound && FaultOf(err) == FaultFailed
}
