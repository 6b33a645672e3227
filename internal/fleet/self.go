package fleet

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// Self identifies this program as a program of a supervisord, from the environment and
// the kernel. The zero value means that it is not one.
//
// None of it is proof: in containers the same names and small pids occur on many nodes,
// and programs of many nodes start in the same second. A matching process counts as
// this program only once Proof has shown it.
type Self struct {
	Process cesi.ProcessID // SUPERVISOR_GROUP_NAME and SUPERVISOR_PROCESS_NAME
	PID     int            // this process
	Parent  int            // its parent: the supervisord, or a wrapper that it started
	Started time.Time      // when this process started; zero: not known
	Proof   Prover         // nil: nothing can be proved
}

// Prover proves which process this program is.
type Prover interface {
	// Prove finds out whether text that send writes to the standard input of a process
	// reaches this program. It calls send at most once.
	Prove(ctx context.Context, send func(ctx context.Context, text string) error) Proof
}

// Proof says whether a process is this program.
type Proof int

// The proofs. An Unproven process does not count as this program, but needs a
// confirmation to be stopped.
const (
	Disproved Proof = iota // it is another program
	Unproven               // it may be this program: there is no way to find out
	Proven                 // it is this program
)

// fits reports whether a process can be this program. SupervisorPID is the pid of the
// node's supervisord. Name and pid must match; for a direct child also the
// supervisord's pid. With a wrapper script, the process is our parent.
func (s Self) fits(p cesi.Process, supervisorPID int) bool {
	if s.Process.Name == "" || p.ProcessID != s.Process || p.PID == 0 {
		return false
	}
	if p.PID == s.PID {
		return supervisorPID == 0 || supervisorPID == s.Parent
	}
	return p.PID == s.Parent && s.Parent > 1
}

// startTolerance is by how many seconds the node's and the kernel's start times may
// differ: both are rounded, and supervisord records the time before it forks.
const startTolerance = 2

// startedThen reports whether the process was started at the time of this program or,
// as its wrapper, before it, by the same clock.
func (s Self) startedThen(p cesi.Process) bool {
	if s.Started.IsZero() || p.Start == 0 {
		return true
	}
	later := p.Start - s.Started.Unix()
	return later <= startTolerance && (later >= -startTolerance || p.PID != s.PID)
}

// recognition is a poller's knowledge about the process of its node that matches Self.
// It holds for one process of one supervisord at one address.
type recognition struct {
	process    cesi.ProcessID
	pid        int
	start      int64
	supervisor int
	address    string
	proof      Proof
	tried      time.Time
}

func (r recognition) same(o recognition) bool {
	r.proof, r.tried, o.proof, o.tried = 0, time.Time{}, 0, time.Time{}
	return r == o
}

// of returns the proof for a process of the node.
func (r recognition) of(p cesi.Process) Proof {
	if p.PID == 0 || p.ProcessID != r.process || p.PID != r.pid || p.Start != r.start {
		return Disproved
	}
	return r.proof
}

// recognize looks for this program among the node's processes. It asks for a proof once
// for each process, supervisord and address, and after a failed poll; if there is none,
// every infoEvery.
func (p *poller) recognize(ctx context.Context, processes cesi.ProcessList, now time.Time) {
	self := p.fleet.opts.Self
	known := p.self
	p.self = recognition{}
	for process := range processes.All() {
		if !self.fits(process, p.info.PID) {
			continue
		}
		p.self = recognition{
			process: process.ProcessID, pid: process.PID, start: process.Start,
			supervisor: p.info.PID, address: p.peer(), tried: now,
		}
		if known.same(p.self) && p.failures == 0 && (known.proof != Unproven || now.Sub(known.tried) < infoEvery) {
			p.self = known
			return
		}
		p.self.proof = p.prove(ctx, process)
		if p.self.proof != known.proof {
			p.fleet.opts.Log.Info("a process of a node can be this CeSI by its name and pids", "node", p.name,
				"process", process.ProcessID, "is", p.self.proof)
		}
		return
	}
}

func (p *poller) prove(ctx context.Context, process cesi.Process) Proof {
	self := p.fleet.opts.Self
	proof := Unproven
	if self.Proof != nil {
		proof = self.Proof.Prove(ctx, func(ctx context.Context, text string) error {
			return p.client.SendStdin(ctx, process.ProcessID, text)
		})
	}
	if proof == Unproven && !self.startedThen(process) {
		return Disproved
	}
	return proof
}

// peer returns the address that answers for the node; empty if the client does not
// know.
func (p *poller) peer() string {
	if c, tells := p.client.(interface{ Peer() string }); tells {
		return c.Peer()
	}
	return ""
}

// String returns the proof for the log.
func (p Proof) String() string {
	switch p {
	case Proven:
		return "this one"
	case Unproven:
		return "perhaps this one"
	default:
		return "another one"
	}
}
