package fleet

import (
	"context"
	"io"

	"cesi/internal/cesi"
)

// Client talks to one supervisord. Every method is bounded by its context and
// fails with a *cesi.Error of a named kind.
type Client interface {
	// Info asks who the supervisord is.
	Info(ctx context.Context) (cesi.SupervisorInfo, error)
	// Processes returns every process (getAllProcessInfo), in supervisord's order.
	Processes(ctx context.Context) ([]cesi.Process, error)
	// Process returns one process (getProcessInfo).
	Process(ctx context.Context, id cesi.ProcessID) (cesi.Process, error)
	// Configs returns the configuration as last reread (getAllConfigInfo); a node
	// without that method fails with cesi.FaultUnknownMethod.
	Configs(ctx context.Context) ([]cesi.ProcessConfig, error)

	// StartProcess waits until supervisord says that the process is up; BeginStop
	// returns as soon as it is stopping.
	StartProcess(ctx context.Context, id cesi.ProcessID) error
	BeginStop(ctx context.Context, id cesi.ProcessID) error
	// StartGroup and StartAll act in supervisord's priority order, wait,
	// and return a result for each process that was not already there.
	StartGroup(ctx context.Context, group string) ([]cesi.CallResult, error)
	StartAll(ctx context.Context) ([]cesi.CallResult, error)

	// Signal sends a signal, such as HUP or 1; SendStdin a text to the standard
	// input; ClearLogs empties both logs.
	Signal(ctx context.Context, id cesi.ProcessID, signal string) error
	SendStdin(ctx context.Context, id cesi.ProcessID, text string) error
	ClearLogs(ctx context.Context, id cesi.ProcessID) error

	// Reread reads the configuration anew and returns what is different from what
	// runs; it applies nothing.
	Reread(ctx context.Context) (cesi.Changes, error)
	AddGroup(ctx context.Context, group string) error
	RemoveGroup(ctx context.Context, group string) error
	// Restart and Shutdown return when supervisord has begun to.
	Restart(ctx context.Context) error
	Shutdown(ctx context.Context) error
	ClearMainLog(ctx context.Context) error

	// Tail returns the end of a log of a process, at most maxBytes of it.
	Tail(ctx context.Context, id cesi.ProcessID, stream cesi.LogStream, maxBytes int64) ([]byte, error)

	// LogSize, ReadLog and FollowLog give the length of a log in bytes, a stretch
	// of it, and the stream of what is added to it.
	LogSize(ctx context.Context, log cesi.LogName) (int64, error)
	ReadLog(ctx context.Context, log cesi.LogName, from, to int64) (cesi.LogPart, error)
	FollowLog(ctx context.Context, log cesi.LogName) (io.ReadCloser, error)

	// Close drops idle connections.
	Close()
}

// Journal keeps the activity log. It never fails its caller: what can't be
// stored now is written to the server's log at once and stored later.
type Journal interface {
	// Begin stores the entries, which are Pending, in one transaction, and
	// returns once they are safe or known not to be. It gives each entry its ID,
	// and those after the first the first one's as Parent.
	Begin(ctx context.Context, entries []cesi.Activity)
	// Complete stores how an entry ended: its Result, Duration and Message.
	Complete(ctx context.Context, entry cesi.Activity)
	// Add stores an entry that is complete from the beginning.
	Add(ctx context.Context, entry cesi.Activity)
}

// WantedStore keeps what is wanted for the next run of this program.
type WantedStore interface {
	// SaveWanted stores what is wanted, one for each process, and removes what is
	// gone (its Node and ProcessID).
	SaveWanted(ctx context.Context, wanted, gone []cesi.Wanted) error
}

// History keeps what is known of the past for the next run of this program.
type History interface {
	// StoreHistory stores stretches, which may have grown since they were stored
	// last, and points, which may have changed. It does not wait beyond ctx; what
	// fails is given again, with what has come since.
	StoreHistory(ctx context.Context, h cesi.History) error
}
