package cesi

import "time"

// MainLogLine is one line of a supervisord's own log, as far as CeSI reads it.
type MainLogLine struct {
	Time  time.Time // by the node's clock, in its own zone, which the line does not name: as UTC
	Level string    // INFO, WARN, CRIT, ERRO, DEBG, TRAC or BLAT; empty if it is no line of supervisord's
	Event MainLogEvent
	Name  string // of the process, without its group; empty for LogSpawnError and LogNothing
	PID   int    // of LogSpawned and LogKilling
	// Exit is the exit status of LogExited and LogStopped, and Signal the signal's name
	// instead, such as SIGKILL. Expected is of LogExited.
	Exit     int
	Signal   string
	Expected bool
	Reason   string // of LogSpawnError
}

// MainLogEvent is what a line of a supervisord's own log tells of a process.
type MainLogEvent int

// The events, as supervisor/process.py logs them from 3.0 to 4.3.
const (
	LogNothing    MainLogEvent = iota // it tells of no process
	LogSpawned                        // spawned: 'NAME' with pid N
	LogRunning                        // success: NAME entered RUNNING state, …
	LogExited                         // exited: NAME (exit status N; expected)
	LogStopped                        // stopped: NAME (terminated by SIGTERM)
	LogFatal                          // gave up: NAME entered FATAL state, …
	LogSpawnError                     // spawnerr: …
	LogStopping                       // waiting for NAME to stop; to die, in 3.x
	LogKilling                        // killing 'NAME' (N) with SIGKILL
)
