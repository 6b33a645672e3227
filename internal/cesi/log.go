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

// LogName names a log on its node. The process is empty for MainLog.
type LogName struct {
	Process ProcessID
	Stream  LogStream
}

// String names the log for people and for the program's own log.
func (l LogName) String() string {
	if l.Stream == MainLog {
		return "supervisord's own log"
	}
	return l.Stream.String() + " of " + l.Process.String()
}

// LogPart is a stretch of a log. Its pieces follow each other without a hole,
// from the byte at From to the one before To.
type LogPart struct {
	From, To int64
	Pieces   []LogPiece
}

// LogPiece is text that a supervisord has handed out, or a gap: so many bytes
// that it can't hand out, because they are not UTF-8.
type LogPiece struct {
	Offset int64 // in bytes from the log's beginning
	Text   []byte
	Gap    int64 // 0 where there is text
}

// End is the offset of what follows the piece.
func (p LogPiece) End() int64 { return p.Offset + int64(len(p.Text)) + p.Gap }

// IsNoLog reports whether err says that a process has no such log: it has none
// configured, or its file is not there.
func IsNoLog(err error) bool { return FaultOf(err) == FaultNoFile }

// IsUnreadableLog reports whether err says that a process's log can't be read back:
// it is a pipe or a device, such as /dev/stdout, or a file that may not be opened.
func IsUnreadableLog(err error) bool {
	return err != nil && KindOf(err) == NotFound && FaultOf(err) == FaultFailed
}
