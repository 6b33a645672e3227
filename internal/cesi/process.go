package cesi

import (
	"fmt"
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

// NotStarted is not supervisord's: the process is down although CeSI stopped it in
// order to start it again.
const NotStarted State = -1

// States lists every state, in supervisord's order, and then NotStarted.
func States() []State {
	return []State{Stopped, Starting, Running, Backoff, Stopping, Exited, Fatal, Unknown, NotStarted}
}

// String returns supervisord's name of the state, and UNKNOWN for a number it
// does not define.
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

// Signallable reports whether supervisord passes signals on in the state.
func (s State) Signallable() bool { return s == Running || s == Starting || s == Stopping }

// ProcessID names a process on its node: group and name, written "group:name".
type ProcessID struct {
	Group string
	Name  string
}

// String returns "group:name", the only form that supervisord understands for
// every process.
func (p ProcessID) String() string { return p.Group + ":" + p.Name }

// ParseProcessID reads "group:name", or "name" for the process of a group of
// the same name.
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

// MaxProcesses is how many processes of a node are kept: the first by group and name.
const MaxProcesses = 10_000

// Process is one process as its supervisord described it. Start, Stop and Now
// are seconds since 1970 by the node's clock; 0 means never.
type Process struct {
	ProcessID
	Start         int64
	Stop          int64
	Now           int64
	State         State
	SpawnErr      string
	ExitStatus    int // -1 after a signal; 0 also when it never ran
	Logfile       string
	StdoutLogfile string
	StderrLogfile string
	PID           int
	Description   string // for people; never parsed
}

// Uptime is how long a process that has a pid has been up, by the node's own
// clock, to the second; 0 for any other.
func (p Process) Uptime() time.Duration {
	if p.PID == 0 || p.Start == 0 || p.Now < p.Start {
		return 0
	}
	return time.Duration(p.Now-p.Start) * time.Second
}

// Began is when the state of the process began: its last stop (EXITED, FATAL,
// STOPPED) or start (any other), in seconds since 1970 by the node's clock; 0 if
// it never ran. Processes are ordered by it, and not by Since, which every poll
// measures again.
func (p Process) Began() int64 {
	if p.State == Exited || p.State == Fatal || p.State == Stopped || p.State == NotStarted {
		return max(p.Start, p.Stop)
	}
	return p.Start
}

// Since is how long ago the state of the process began, by the node's own clock;
// 0 if it never ran.
func (p Process) Since() time.Duration {
	began := p.Began()
	if began == 0 || p.Now < began {
		return 0
	}
	return time.Duration(p.Now-began) * time.Second
}

// UnexpectedExit reports whether the process exited with a status that its
// exitcodes do not list. supervisord says so only through spawnerr, which it
// sets to "Bad exit code N" (supervisor/process.py, finish).
func (p Process) UnexpectedExit() bool { return p.State == Exited && p.SpawnErr != "" }

// Severity orders processes by how badly they need somebody: 0 needs nobody.
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

// SupervisorInfo is what a supervisord says of itself.
type SupervisorInfo struct {
	Version        string // supervisord's own, such as 4.2.5
	APIVersion     string
	Identification string
	PID            int
}

// HumanDuration writes a duration as people say it, in one or two units:
// "41 min", "6 d 2 h", "3 s".
func HumanDuration(d time.Duration) string {
	s := int64(d / time.Second)
	switch {
	case s < 0:
		return "0 s"
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min", s/60)
	case s < 86400:
		return twoUnits(s/3600, "h", s%3600/60, "min")
	default:
		return twoUnits(s/86400, "d", s%86400/3600, "h")
	}
}

func twoUnits(a int64, unitA string, b int64, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}

// CallResult is how a call on a whole group or node went for one process: a nil
// Err means it is where it should be.
type CallResult struct {
	ProcessID
	Err error
}

// Changes are the groups in which a supervisord's configuration differs from
// what it runs.
type Changes struct {
	Added   []string // in the configuration only
	Changed []string // in both, but not the same
	Removed []string // running only
}

// Total is how many groups differ.
func (c Changes) Total() int { return len(c.Added) + len(c.Changed) + len(c.Removed) }
