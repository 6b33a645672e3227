package cesi

import "time"

// Wanted is a process that CeSI stopped in order to start it again.
type Wanted struct {
	Node string
	ProcessID
	Since    time.Time
	By       string     // the user
	Activity ActivityID // the entry of the restart
	Started  int64      // when the process that was stopped had started, in seconds by the node's clock
	Reason   string     // why it was not started; empty while the restart is under way
}
