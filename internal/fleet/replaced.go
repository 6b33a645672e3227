package fleet

import (
	"time"

	"cesi/internal/cesi"
)

// Replacement says that a node is now another machine or supervisord with the same
// name. A restart of its supervisord is none.
type Replacement struct {
	Since time.Time // time of the poll that noticed it
	// From and To are the addresses before and after, with their ports; equal if the
	// address stayed, empty if the client does not know them.
	From, To string
}

// notice compares an answer with the known node, before it is published. If in doubt,
// the node has already been asked for its identity. It returns nil if the node is the
// same as before.
func (p *poller) notice(known *Node, processes cesi.ProcessList, now time.Time) *Replacement {
	from, to := p.met, p.peer()
	p.met = to
	if known.LastContact.IsZero() || known.keepsAny(processes) {
		return nil
	}
	old, info := known.Supervisor, p.info
	moved := from != to
	renamed := old.Identification != info.Identification && old.Identification != "" && info.Identification != ""
	samePID := old.PID == info.PID && info.PID > 1
	if !moved && !renamed && (samePID || !startedBefore(processes, known, now)) {
		return nil
	}
	p.fleet.opts.Log.Warn("another machine or supervisord answers under the name of a node", "node", p.name,
		"address", to, "address_before", from, "identification", info.Identification, "identification_before", old.Identification,
		"pid", info.PID, "pid_before", old.PID)
	return &Replacement{Since: now, From: from, To: to}
}

// inDoubt reports whether the node must be asked for its identity: another address
// answers, or every process has changed.
func (p *poller) inDoubt(known *Node, processes cesi.ProcessList) bool {
	return !known.LastContact.IsZero() && (p.met != p.peer() || !known.keepsAny(processes))
}

// keepsAny reports whether a process is the same as at the last answer: with equal
// start and pid. It is true if no process was started, since then nothing can be
// compared.
func (n *Node) keepsAny(processes cesi.ProcessList) bool {
	started := false
	for now := range processes.All() {
		if now.Start == 0 {
			continue
		}
		started = true
		if was, found := n.Process(now.ProcessID); found && was.Start == now.Start && was.PID == now.PID {
			return true
		}
	}
	if started {
		return false
	}
	for i := range n.Processes {
		if n.Processes[i].Start != 0 {
			return false
		}
	}
	return true
}

// startedBefore reports whether a running process was started before the last answer of
// the known node, which did not have it: another supervisord has started it.
func startedBefore(processes cesi.ProcessList, known *Node, now time.Time) bool {
	clock := clockOf(known.clock, processes, now)
	for p := range processes.All() {
		if p.PID != 0 && p.Start != 0 && p.Start-clock < known.LastContact.Unix()-2*clockTolerance {
			return true
		}
	}
	return false
}
