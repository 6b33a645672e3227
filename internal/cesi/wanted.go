package cesi

import "time"

// Wanted is a process that CeSI stopped to start it again.
type Wanted struct {
	Node string
	ProcessID
	Since    time.Time
	By       string     // the user
	Activity ActivityID // the entry of the restart
	Started  int64      // when the process that was stopped had started, in seconds by the node's clock
	Reason   Text       // why it was not started; empty while the restart is under way
}

// Equal reports whether both have the same values.
func (w Wanted) Equal(other Wanted) bool {
	return w.Reason.Equal(other.Reason) && w.Node == other.Node && w.ProcessID == other.ProcessID && w.Since.Equal(other.Since) &&
		w.By == other.By && w.Activity == other.Activity && w.Started == other.Started
}
