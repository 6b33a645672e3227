package fleet

import (
	"context"
	"io"

	"cesi/internal/cesi"
)

// Client talks to one supervisord. Every method ends with its context and fails with a
// *cesi.Error of a named kind.
type Client interface {
	// Info identifies the supervisord.
	Info(ctx context.Context) (cesi.SupervisorInfo, error)
	// State asks only whether the supervisord runs (getState).
	State(ctx context.Context) error
	// Processes returns every process (getAllProcessInfo), in supervisord's order.
	Processes(ctx context.Context) ([]cesi.Process, error)
	// UpdateProcesses is Processes for a caller that knows an earlier list, which is
	// not changed. The new list shares its memory where nothing changed.
	UpdateProcesses(ctx context.Context, known cesi.ProcessList) (cesi.ProcessList, error)
	// Process returns one process (getProcessInfo).
	Process(ctx context.Context, id cesi.ProcessID) (cesi.Process, error)
	// Configs returns the configuration of the last reread (getAllConfigInfo); a node
	// without that method fails with cesi.FaultUnknownMethod.
	Configs(ctx context.Context) ([]cesi.ProcessConfig, error)

	// StartProcess waits until supervisord reports that the process is up; BeginStop
	// returns as soon as it is stopping.
	StartProcess(ctx context.Context, id cesi.ProcessID) error
	BeginStop(ctx context.Context, id cesi.ProcessID) error
	// StartGroup and StartAll start in supervisord's priority order, wait, and return a
	// result for each process that was not already up.
	StartGroup(ctx context.Context, group string) ([]cesi.CallResult, error)
	StartAll(ctx context.Context) ([]cesi.CallResult, error)

	// Signal sends a signal, such as HUP or 1; SendStdin a text to the standard
	// input; ClearLogs empties both logs.
	Signal(ctx context.Context, id cesi.ProcessID, signal string) error
	SendStdin(ctx context.Context, id cesi.ProcessID, text string) error
	ClearLogs(ctx context.Context, id cesi.ProcessID) error

	// Reread reads the configuration again and returns the differences to what runs; it
	// applies nothing.
	Reread(ctx context.Context) (cesi.Changes, error)
	AddGroup(ctx context.Context, group string) error
	RemoveGroup(ctx context.Context, group string) error
	// Restart and Shutdown return when supervisord has begun.
	Restart(ctx context.Context) error
	Shutdown(ctx context.Context) error
	ClearMainLog(ctx context.Context) error

	// Tail returns the end of a process's log, at most maxBytes of it.
	Tail(ctx context.Context, id cesi.ProcessID, stream cesi.LogStream, maxBytes int64) ([]byte, error)

	// LogSize, ReadLog and FollowLog return the length of a log in bytes, a part of it,
	// and the stream of new text.
	LogSize(ctx context.Context, log cesi.LogName) (int64, error)
	ReadLog(ctx context.Context, log cesi.LogName, from, to int64) (cesi.LogPart, error)
	FollowLog(ctx context.Context, log cesi.LogName) (io.ReadCloser, error)
	// FollowMainLog calls take for each line of supervisord's own log, with its length in
	// bytes: none of 0 bytes when the stream is open, those of its last 1,024 bytes, then
	// each as it is written. It ends with the
	// stream, with ctx or with the first error of take.
	FollowMainLog(ctx context.Context, take func(line cesi.MainLogLine, bytes int) error) error

	// Close closes idle connections.
	Close()
}

// Journal keeps the activity log. It never fails: an entry that can't be stored is
// written to the server's log at once and stored later.
type Journal interface {
	// Begin stores the entries, which are Pending, in one transaction, and returns once
	// they are stored or known not to be. It gives each entry its ID, and those after
	// the first the first one's as Parent.
	Begin(ctx context.Context, entries []cesi.Activity)
	// Complete stores the result of an entry: its Result, Duration and Message.
	Complete(ctx context.Context, entry cesi.Activity)
	// Add stores an entry that is already complete.
	Add(ctx context.Context, entry cesi.Activity)
}

// WantedStore keeps wanted processes for the next run of this program.
type WantedStore interface {
	// SaveWanted stores wanted processes, and removes those in gone (by Node and
	// ProcessID).
	SaveWanted(ctx context.Context, wanted, gone []cesi.Wanted) error
}

// History keeps history for the next run of this program.
type History interface {
	// StoreHistory stores spans and points, also those that have changed since they
	// were last stored. It does not wait beyond ctx; what fails is given again later,
	// with newer changes.
	StoreHistory(ctx context.Context, h cesi.History) error
}
