package cesi

// ProcessConfig is what a node's configuration, as last reread, says of a
// process (getAllConfigInfo). Priorities are supervisord's: lower starts first.
type ProcessConfig struct {
	ProcessID
	Autostart     bool
	GroupPriority int
	Priority      int
	// Full tells that what follows is known too: supervisord says it from 4.0 on.
	Full    bool
	Command string
	// Placed tells that the next two are known: supervisord says them from 4.2.5 on.
	Placed         bool
	Directory      string // empty: supervisord's own
	UID            string // empty: supervisord's own
	ExitCodes      string // those that are expected: "0, 2"
	StartSecs      int
	StartRetries   int
	StopSignal     int
	StopWaitSecs   int
	KillAsGroup    bool
	RedirectStderr bool
	Stdout, Stderr LogConfig
}

// LogConfig is how supervisord keeps one of the logs of a process.
type LogConfig struct {
	File     string // empty: none
	MaxBytes int64  // before it is rotated; 0: never
	Backups  int
	Syslog   bool
}
