package cesi

// ProcessConfig is a process in a node's configuration, as last reread
// (getAllConfigInfo). Priorities are supervisord's: lower starts first.
type ProcessConfig struct {
	ProcessID
	Autostart     bool
	GroupPriority int
	Priority      int
	// Full says that the following fields are known. supervisord has them from 4.0 on.
	Full    bool
	Command string
	// Placed says that the next two fields are known. supervisord has them from 4.2.5
	// on.
	Placed         bool
	Directory      string // empty: that of supervisord
	UID            string // empty: that of supervisord
	ExitCodes      string // the expected ones: "0, 2"
	StartSecs      int
	StartRetries   int
	StopSignal     int
	StopWaitSecs   int
	KillAsGroup    bool
	RedirectStderr bool
	Stdout, Stderr LogConfig
}

// LogConfig is the configuration of one log of a process.
type LogConfig struct {
	File     string // empty: none
	MaxBytes int64  // before it is rotated; 0: never
	Backups  int
	Syslog   bool
}
