package fleet

import "cesi/internal/cesi"

// Self says as what this program runs under a supervisord, by what that
// supervisord put into its environment. The zero value is no such program.
type Self struct {
	Process cesi.ProcessID // SUPERVISOR_GROUP_NAME and SUPERVISOR_PROCESS_NAME
	PID     int            // this process
	Parent  int            // its parent: the supervisord itself, or a wrapper that it started
}

// is reports whether a process of the node whose supervisord has the given pid
// is this program. The name and our pid must agree; so must the supervisord's
// pid where we are its child, because in containers the same small pids occur
// on many nodes. Behind a wrapper script the process is our parent.
func (s Self) is(p cesi.Process, supervisorPID int) bool {
	if s.Process.Name == "" || p.ProcessID != s.Process || p.PID == 0 {
		return false
	}
	if p.PID == s.PID {
		return supervisorPID == 0 || supervisorPID == s.Parent
	}
	return p.PID == s.Parent && s.Parent > 1
}
