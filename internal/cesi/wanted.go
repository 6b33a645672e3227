package cesi

import "time"

// Wanted is a process that CeSI stopped to start it again.
type Wanted struct {
	Node string
	ProcessID
	Since    time.Time
	By       string     // the user
	Activity ActivityID // the entry of the restart
	Started  int64      // start time of the stopped process, in seconds by the node's clock
	Reason   string     // why it was not started; empty during the restart
}
