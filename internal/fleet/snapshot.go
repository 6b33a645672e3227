package fleet

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/history"
)

// Status is whether a node answers.
type Status int

// The statuses of a node.
const (
	Connecting Status = iota // not polled yet, or waiting for the first answer
	Up                       // the last poll was answered
	Down                     // the last poll failed; the data is from the last good one
)

// Failure says why a node's last poll failed.
type Failure struct {
	Cause   cesi.Cause // the named cause
	Message cesi.Text  // the sentence for users
	Since   time.Time  // of the first of these failures in a row
}

// Node is the state of one node: an immutable value, replaced by each poll. It holds no
// secret.
type Node struct {
	Name         string
	Address      string
	Environments []string
	Status       Status
	Failure      *Failure // nil unless Down
	Supervisor   cesi.SupervisorInfo
	// Replaced says that another machine or supervisord has taken the node's place
	// since this CeSI started; nil: no.
	Replaced *Replacement
	// LastContact is when the last good poll was answered; zero: never.
	LastContact time.Time
	// Latency is how long the last good poll took.
	Latency time.Duration
	// Processes are those of the last good poll, sorted by group and name.
	Processes []Process
	// Omitted is how many processes the node has beyond cesi.MaxProcesses. Nothing else
	// is known about them.
	Omitted int
	Counts  Counts
	// NoConfig says why the node does not return its processes' configuration; empty if
	// it does.
	NoConfig cesi.Text
	// Following is whether the node's main log tells of its changes.
	Following Following

	clock   int64 // how many seconds its clock is ahead of ours
	history history.Node
	wanted  int // how many of its processes are wanted
}

// Process is one process of a node, with the fleet's own knowledge about it.
type Process struct {
	cesi.Process
	// Self marks the process that is this CeSI, which is proven.
	Self bool
	// MaybeSelf marks a process that may be this CeSI, without proof.
	MaybeSelf bool
	// Config is its configuration; nil if the node can't return it.
	Config *cesi.ProcessConfig
	// Wanted is set if CeSI stopped the process to start it again. Then State may be
	// cesi.NotStarted, and Wanted has supervisord's state.
	Wanted *Wanted
}

// Process returns the process with the id.
func (n *Node) Process(id cesi.ProcessID) (Process, bool) {
	i, found := n.find(id)
	if !found {
		return Process{}, false
	}
	return n.Processes[i], true
}

func (n *Node) find(id cesi.ProcessID) (int, bool) {
	return slices.BinarySearchFunc(n.Processes, id, func(p Process, id cesi.ProcessID) int {
		return p.Compare(id)
	})
}

// Stale reports whether the node's data is old: it does not answer now, but did before.
func (n *Node) Stale() bool { return n.Status == Down && !n.LastContact.IsZero() }

// InEnvironment reports whether the node is in the named environment.
func (n *Node) InEnvironment(name string) bool { return slices.Contains(n.Environments, name) }

// Counts are numbers of processes by state.
type Counts struct {
	Total    int
	Stopped  int
	Starting int
	Running  int
	Backoff  int
	Stopping int
	Exited   int // expected and unexpected
	Fatal    int
	Unknown  int
	// NotStarted are processes that CeSI stopped to start them again and that are down;
	// they are not counted in Stopped and Exited.
	NotStarted int
	Bad        int // those that need attention: Severity above 0
	Worst      int // the greatest Severity
}

// UnexpectedExits is how many exited unexpectedly.
func (c Counts) UnexpectedExits() int {
	return c.Bad - c.Fatal - c.NotStarted - c.Backoff - c.Unknown
}

// Count adds one process.
func (c *Counts) Count(p cesi.Process) {
	c.Total++
	switch p.State {
	case cesi.Stopped:
		c.Stopped++
	case cesi.Starting:
		c.Starting++
	case cesi.Running:
		c.Running++
	case cesi.Backoff:
		c.Backoff++
	case cesi.Stopping:
		c.Stopping++
	case cesi.Exited:
		c.Exited++
	case cesi.Fatal:
		c.Fatal++
	case cesi.NotStarted:
		c.NotStarted++
	default:
		c.Unknown++
	}
	if p.Severity() > 0 {
		c.Bad++
	}
	c.Worst = max(c.Worst, p.Severity())
}

func (c *Counts) add(o Counts) {
	c.Total += o.Total
	c.Stopped += o.Stopped
	c.Starting += o.Starting
	c.Running += o.Running
	c.Backoff += o.Backoff
	c.Stopping += o.Stopping
	c.Exited += o.Exited
	c.Fatal += o.Fatal
	c.Unknown += o.Unknown
	c.NotStarted += o.NotStarted
	c.Bad += o.Bad
	c.Worst = max(c.Worst, o.Worst)
}

// Snapshot is the whole fleet at one moment: an immutable value that any number of
// pages may read.
type Snapshot struct {
	// Version rises with every poll that changed something.
	Version uint64
	// Nodes are in the order of the configuration.
	Nodes []*Node
	// Environments are in the order of the configuration.
	Environments []cesi.Environment
	NodesUp      int
	NodesDown    int
	// Counts include only nodes that answer; the processes of other nodes are in Stale.
	Counts Counts
	Stale  int

	byName map[string]*Node

	indexOnce sync.Once
	index     groupIndex // used by groupIndex only
}

func (s *Snapshot) include(n *Node) {
	s.Nodes = append(s.Nodes, n)
	s.byName[n.Name] = n
	switch n.Status {
	case Up:
		s.NodesUp++
		s.Counts.add(n.Counts)
	case Down:
		s.NodesDown++
		s.Stale += n.Counts.Total
	}
}

// Node returns the node of that name.
func (s *Snapshot) Node(name string) (*Node, bool) {
	n, ok := s.byName[name]
	return n, ok
}

// Members returns the nodes of an environment, in the order of the configuration, and
// the counts of those that answer.
func (s *Snapshot) Members(environment string) ([]*Node, Counts) {
	var nodes []*Node
	var counts Counts
	for _, n := range s.Nodes {
		if !n.InEnvironment(environment) {
			continue
		}
		nodes = append(nodes, n)
		if n.Status == Up {
			counts.add(n.Counts)
		}
	}
	return nodes, counts
}

// Trouble is one thing that needs attention: a node that does not answer (Process is
// nil), or a process in a bad state.
type Trouble struct {
	Node    *Node
	Process *Process
}

// Troubles lists what needs attention, worst first: FATAL and NOT STARTED, nodes that
// do not answer, BACKOFF, unexpected exits. Equal ones are sorted by the time at which
// they began, the most recent first, then by node and name.
func (s *Snapshot) Troubles() []Trouble {
	var list []Trouble
	for _, n := range s.Nodes {
		if n.Status == Down {
			list = append(list, Trouble{Node: n})
			continue
		}
		if n.Counts.Bad == 0 {
			continue
		}
		for i := range n.Processes {
			if n.Processes[i].Severity() > 0 {
				list = append(list, Trouble{Node: n, Process: &n.Processes[i]})
			}
		}
	}
	slices.SortStableFunc(list, compareTroubles)
	return list
}

// unreachableSeverity is just below FATAL.
const unreachableSeverity = 3.5

func (t Trouble) severity() float64 {
	if t.Process == nil {
		return unreachableSeverity
	}
	return float64(t.Process.Severity())
}

// severity is that of the node's worst trouble; 0 if nothing of it needs attention.
func (n *Node) severity() float64 {
	if n.Status == Down {
		return unreachableSeverity
	}
	return float64(n.Counts.Worst)
}

// CompareTrouble orders nodes by their worst trouble, as Troubles does, and then by how
// many processes need attention.
func CompareTrouble(a, b *Node) int {
	return cmp.Or(cmp.Compare(b.severity(), a.severity()), cmp.Compare(b.Counts.Bad, a.Counts.Bad))
}

func compareTroubles(a, b Trouble) int {
	if c := cmp.Compare(b.severity(), a.severity()); c != 0 {
		return c
	}
	if a.Process == nil {
		return cmp.Or(b.Node.Failure.Since.Compare(a.Node.Failure.Since), cesi.CompareNames(a.Node.Name, b.Node.Name))
	}
	return cmp.Or(
		cmp.Compare(b.Node.ours(b.Process.Began()), a.Node.ours(a.Process.Began())),
		cesi.CompareNames(a.Node.Name, b.Node.Name), a.Process.Compare(b.Process.ProcessID),
	)
}
