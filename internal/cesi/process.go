package cesi

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// State is the state of a process, with supervisord's own numbers.
type State int

// The process states of supervisor/states.py.
const (
	Stopped  State = 0
	Starting State = 10
	Running  State = 20
	Backoff  State = 30
	Stopping State = 40
	Exited   State = 100
	Fatal    State = 200
	Unknown  State = 1000
)

// NotStarted is not one of supervisord's states: the process is down although CeSI
// stopped it to start it again.
const NotStarted State = -1

// States lists every state, in supervisord's order, then NotStarted.
func States() []State {
	return []State{Stopped, Starting, Running, Backoff, Stopping, Exited, Fatal, Unknown, NotStarted}
}

// String returns supervisord's name of the state, and UNKNOWN for an undefined number.
func (s State) String() string {
	switch s {
	case Stopped:
		return "STOPPED"
	case Starting:
		return "STARTING"
	case Running:
		return "RUNNING"
	case Backoff:
		return "BACKOFF"
	case Stopping:
		return "STOPPING"
	case Exited:
		return "EXITED"
	case Fatal:
		return "FATAL"
	case NotStarted:
		return "NOT STARTED"
	default:
		return "UNKNOWN"
	}
}

// Active reports whether supervisord counts the state as running: a start is
// refused (ALREADY_STARTED) and a stop works.
func (s State) Active() bool { return s == Running || s == Starting || s == Backoff }

// Signallable reports whether supervisord forwards signals in the state.
func (s State) Signallable() bool { return s == Running || s == Starting || s == Stopping }

// ProcessID identifies a process on its node: group and name, written "group:name".
type ProcessID struct {
	Group string
	Name  string
}

// String returns "group:name", the form that supervisord accepts for every process.
func (p ProcessID) String() string { return p.Group + ":" + p.Name }

// ParseProcessID reads "group:name", or "name" for a group of the same name.
func ParseProcessID(s string) (ProcessID, error) {
	group, name, found := strings.Cut(s, ":")
	if !found {
		name = group
	}
	if group == "" || name == "" || name == "*" {
		return ProcessID{}, Errorf(Invalid, "%q is not a process: want group:name", s)
	}
	return ProcessID{Group: group, Name: name}, nil
}

// MaxProcesses bounds the processes of a node that are kept: the first by group and
// name.
const MaxProcesses = 10_000

// Process is one process as reported by its supervisord. Start, Stop and Now are
// seconds since 1970 by the node's clock; 0 means never.
type Process struct {
	ProcessID
	Start         int64
	Stop          int64
	Now           int64
	State         State
	SpawnErr      string
	ExitStatus    int // -1 after a signal; also 0 if it never ran
	Logfile       string
	StdoutLogfile string
	StderrLogfile string
	PID           int
	Description   string // for display, see Describe; never parsed
	// DescribedByUptime says that supervisord describes the process by its pid and
	// uptime. Description is empty then, since it would change with every second.
	DescribedByUptime bool
}

// Describe returns supervisord's description of the process, for display.
func (p Process) Describe() string {
	if p.DescribedByUptime {
		return string(p.appendUptime(nil))
	}
	return p.Description
}

// IsUptime reports whether a description has only the pid and the uptime of the
// process, in the words of supervisord.
func (p Process) IsUptime(description []byte) bool {
	var room [64]byte
	return bytes.Equal(p.appendUptime(room[:0]), description)
}

// appendUptime appends supervisord's description of a process that runs, such as "pid
// 42, uptime 1 day, 2:03:04" (supervisor/rpcinterface.py, _interpretProcessInfo).
func (p Process) appendUptime(to []byte) []byte {
	to = append(to, "pid "...)
	to = strconv.AppendInt(to, int64(p.PID), 10)
	to = append(to, ", uptime "...)
	seconds := max(0, p.Now-p.Start)
	if days := seconds / (24 * 60 * 60); days > 0 {
		to = strconv.AppendInt(to, days, 10)
		if days == 1 {
			to = append(to, " day, "...)
		} else {
			to = append(to, " days, "...)
		}
	}
	to = strconv.AppendInt(to, seconds/3600%24, 10)
	minutes, seconds := seconds/60%60, seconds%60
	return append(to, ':', byte('0'+minutes/10), byte('0'+minutes%10), ':', byte('0'+seconds/10), byte('0'+seconds%10))
}

// Uptime is how long a process with a pid has run, by the node's clock, in whole
// seconds; 0 for any other.
func (p Process) Uptime() time.Duration {
	if p.PID == 0 || p.Start == 0 || p.Now < p.Start {
		return 0
	}
	return time.Duration(p.Now-p.Start) * time.Second
}

// Began is when the state of the process began: its last stop (EXITED, FATAL, STOPPED)
// or start (any other), in seconds since 1970 by the node's clock; 0 if it never ran.
// Sort processes by it, not by Since, which differs at every poll.
func (p Process) Began() int64 {
	if p.State == Exited || p.State == Fatal || p.State == Stopped || p.State == NotStarted {
		return max(p.Start, p.Stop)
	}
	return p.Start
}

// Since is how long ago the state of the process began, by the node's clock; 0 if it
// never ran.
func (p Process) Since() time.Duration {
	began := p.Began()
	if began == 0 || p.Now < began {
		return 0
	}
	return time.Duration(p.Now-began) * time.Second
}

// UnexpectedExit reports whether the process exited with a status that is not in its
// exitcodes. supervisord reports that only by spawnerr, which it sets to "Bad exit code
// N" (supervisor/process.py, finish).
func (p Process) UnexpectedExit() bool { return p.State == Exited && p.SpawnErr != "" }

// Severity orders processes by how much attention they need; 0 is none.
func (p Process) Severity() int {
	switch {
	case p.State == Fatal || p.State == NotStarted:
		return 4
	case p.State == Backoff:
		return 3
	case p.UnexpectedExit():
		return 2
	case p.State == Unknown:
		return 1
	default:
		return 0
	}
}

// SupervisorInfo is how a supervisord identifies itself.
type SupervisorInfo struct {
	Version        string // of supervisord, such as 4.2.5
	APIVersion     string
	Identification string
	PID            int
}

// CallResult is the result for one process of a call on a whole group or node; a nil
// Err is success.
type CallResult struct {
	ProcessID
	Err error
}

// Changes are the groups that differ between a supervisord's configuration and what it
// runs.
type Changes struct {
	Added   []string // only in the configuration
	Changed []string // in both, but different
	Removed []string // only running
}

// Total returns how many groups differ.
func (c Changes) Total() int { return len(c.Added) + len(c.Changed) + len(c.Removed) }
