package fleet

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// Self says as what this program runs under a supervisord, by what that
// supervisord put into its environment and by what the kernel says. The zero value
// is no such program.
//
// None of it is proof: in containers the same names and small pids occur on many
// nodes, and programs of many nodes start in the same second. A process that fits
// is this program only once Proof has shown it.
type Self struct {
	Process cesi.ProcessID // SUPERVISOR_GROUP_NAME and SUPERVISOR_PROCESS_NAME
	PID     int            // this process
	Parent  int            // its parent: the supervisord itself, or a wrapper that it started
	Started time.Time      // when this process started; zero: not known
	Proof   Prover         // nil: nothing can be proved
}

// Prover proves which process this program is.
type Prover interface {
	// Prove finds out whether what send sends to the standard input of a process
	// reaches this program. It calls send once at most.
	Prove(ctx context.Context, send func(ctx context.Context, text string) error) Proof
}

// Proof is what is known of whether a process is this program.
type Proof int

// The proofs. What is Unproven is not taken for this program, but not stopped by
// accident either.
const (
	Disproved Proof = iota // it is another
	Unproven               // it may be this program: there is no way to tell
	Proven                 // it is this program
)

// fits reports whether a process of the node whose supervisord has the given pid
// can be this program. The name and our pid must agree; so must the supervisord's
// pid where we are its child. Behind a wrapper script the process is our parent.
func (s Self) fits(p cesi.Process, supervisorPID int) bool {
	if s.Process.Name == "" || p.ProcessID != s.Process || p.PID == 0 {
		return false
	}
	if p.PID == s.PID {
		return supervisorPID == 0 || supervisorPID == s.Parent
	}
	return p.PID == s.Parent && s.Parent > 1
}

// startTolerance is how far apart the node's and the kernel's word on a start may
// be: both are rounded, and supervisord notes the time before it forks.
const startTolerance = 2

// startedThen reports whether the process was started when this program was, or,
// as its wrapper, before it, by the same clock.
func (s Self) startedThen(p cesi.Process) bool {
	if s.Started.IsZero() || p.Start == 0 {
		return true
	}
	later := p.Start - s.Started.Unix()
	return later <= startTolerance && (later >= -startTolerance || p.PID != s.PID)
}

// recognition is what a poller knows of the process of its node that fits Self. It
// holds for one process of one supervisord at one address.
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

// of returns what the recognition says about a process of the node.
func (r recognition) of(p cesi.Process) Proof {
	if p.PID == 0 || p.ProcessID != r.process || p.PID != r.pid || p.Start != r.start {
		return Disproved
	}
	return r.proof
}

// recognize looks for this program among the node's processes. It asks for a proof
// once for each process, supervisord and address, and after a failed poll; where
// none could be had, every infoEvery.
func (p *poller) recognize(ctx context.Context, processes []cesi.Process, now time.Time) {
	self := p.fleet.opts.Self
	known := p.self
	p.self = recognition{}
	for _, process := range processes {
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

// peer names the address that the node's answers come from, where the client
// tells; else it is empty.
func (p *poller) peer() string {
	if c, tells := p.client.(interface{ Peer() string }); tells {
		return c.Peer()
	}
	return ""
}

// String is the proof in a word, for the log.
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
