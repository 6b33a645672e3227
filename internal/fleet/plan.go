package fleet

import (
	"cmp"
	"slices"

	"cesi/internal/cesi"
)

// Plan is a command resolved against a snapshot: what it changes, on which node, in
// which order.
type Plan struct {
	command Command
	node    *Node // of a command to a supervisord; nil otherwise
	parts   []*part
	skipped []Outcome // processes to which the command does not apply, each with the reason
	silent  []Outcome // whole groups and nodes without data, since the node does not answer
	self    string    // the "group:name" of this program, if a stop would hit it
	maybe   bool      // self may be another program: see Process.MaybeSelf
}

// part is the share of a plan for one goroutine: a whole group or node in priority
// order, or processes of one node in parallel.
type part struct {
	node  *Node
	whole *Target // nil for a selection
	// exactStart says that supervisord's own start of the group or node affects exactly
	// the jobs.
	exactStart bool
	jobs       []*job
}

// job is one process that a plan changes.
type job struct {
	ref       Ref
	process   Process
	active    bool // in the snapshot: must be stopped first
	restarted bool // it is this program, which restarts by executing itself again
}

// Preview returns what a command would do, without doing it and without asking a node.
// Errors: NotFound, Invalid, Unreachable.
func (f *Fleet) Preview(c Command) (Preview, error) {
	plan, err := f.Snapshot().plan(c)
	if err != nil {
		return Preview{}, err
	}
	return plan.Preview(), nil
}

// Preview returns what the command would do.
func (p *Plan) Preview() Preview {
	c := p.command
	preview := Preview{Skipped: p.skipped, Self: p.self, MaybeSelf: p.maybe}
	if p.node != nil {
		_, own := p.node.OwnProcess()
		preview.TakesSelfDown = own && c.Action.Rule().On == cesi.OnSupervisord && c.Action.Rule().Self != cesi.SelfGoesOn
		if c.Action.Rule().TypesNode {
			preview.TypedNode = p.node.Name
		}
		return preview
	}
	nodes := make(map[string]bool)
	for _, part := range p.parts {
		for _, j := range part.jobs {
			nodes[part.node.Name] = true
			preview.Hit = append(preview.Hit, j.ref)
			preview.Respawned = preview.Respawned || j.restarted
			if c.Action == cesi.ActionStart && j.process.Config != nil && !j.process.Config.Autostart {
				preview.Manual = append(preview.Manual, j.ref)
			}
		}
	}
	preview.Nodes = len(nodes)
	return preview
}

// plan resolves a command. A command on a single process is always sent; one on many
// skips processes to which it does not apply.
func (s *Snapshot) plan(c Command) (*Plan, error) {
	if c.Action.OnDaemon() {
		return s.planDaemon(c)
	}
	c, err := c.checked()
	if err != nil {
		return nil, err
	}
	if c.single() {
		return s.planOne(c)
	}
	return s.planMany(c)
}

func (s *Snapshot) planOne(c Command) (*Plan, error) {
	t := c.Targets[0]
	node, p, err := s.resolve(t)
	if err != nil {
		return nil, err
	}
	j := newJob(node, p)
	plan := &Plan{command: c, parts: []*part{{node: node, jobs: []*job{j}}}}
	if p.Self && c.endsIt() || p.MaybeSelf && (c.endsIt() || c.Action == cesi.ActionRestart) {
		plan.self, plan.maybe = p.String(), p.MaybeSelf
	}
	j.restarted = p.Self && c.Action == cesi.ActionRestart
	return plan, nil
}

// resolve finds one process. On a node that has never answered, the process is assumed
// to exist: the command then says why it can't be sent.
func (s *Snapshot) resolve(t Target) (*Node, Process, error) {
	node, err := s.target(t)
	if err != nil {
		return nil, Process{}, err
	}
	id := cesi.ProcessID{Group: t.Group, Name: t.Name}
	p, found := node.Process(id)
	if !found && node.Status == Up {
		return nil, Process{}, cesi.Errorf(cesi.NotFound, "there is no process %q on node %q", id, node.Name)
	}
	p.ProcessID = id
	return node, p, nil
}

func (s *Snapshot) target(t Target) (*Node, error) {
	node, found := s.Node(t.Node)
	if !found {
		return nil, cesi.Errorf(cesi.NotFound, "there is no node %q", t.Node)
	}
	return node, nil
}

func newJob(node *Node, p Process) *job {
	return &job{ref: Ref{Node: node.Name, ProcessID: p.ProcessID}, process: p, active: p.State.Active()}
}

func (s *Snapshot) planMany(c Command) (*Plan, error) {
	plan := &Plan{command: c}
	taken := make(map[Ref]bool)
	singles := make(map[string]*part)
	for _, t := range c.Targets {
		if t.Name != "" {
			node, p, err := s.resolve(t)
			if err != nil {
				return nil, err
			}
			if singles[node.Name] == nil {
				singles[node.Name] = &part{node: node}
				plan.parts = append(plan.parts, singles[node.Name])
			}
			plan.consider(singles[node.Name], p, taken)
			continue
		}
		part, err := s.planWhole(plan, t, taken)
		if len(c.Targets) > 1 && unanswered(err) {
			plan.silent = append(plan.silent, failed(t.ref(), err))
			continue
		}
		if err != nil {
			return nil, err
		}
		plan.parts = append(plan.parts, part)
	}
	if len(plan.silent) == len(c.Targets) {
		return nil, plan.silent[0].Err
	}
	plan.parts = slices.DeleteFunc(plan.parts, func(p *part) bool { return len(p.jobs) == 0 })
	return plan, nil
}

// planWhole plans a whole group or node.
func (s *Snapshot) planWhole(plan *Plan, t Target, taken map[Ref]bool) (*part, error) {
	node, err := s.target(t)
	if err != nil {
		return nil, err
	}
	part := &part{node: node, whole: &t, exactStart: true}
	found := false
	for _, p := range node.Processes {
		if t.Group != "" && p.Group != t.Group {
			continue
		}
		found = true
		if plan.consider(part, p, taken) {
			continue
		}
		// supervisord's own call would affect this one too.
		part.exactStart = part.exactStart && p.State.Active()
	}
	switch {
	case !found && node.Status != Up:
		return nil, node.Unanswered()
	case !found && t.Group != "":
		return nil, cesi.Errorf(cesi.NotFound, "there is no group %q on node %q", t.Group, node.Name)
	}
	return part, nil
}

// consider adds a process to the part if the command applies to it, else to the skipped
// ones. It reports which.
func (p *Plan) consider(part *part, process Process, taken map[Ref]bool) bool {
	j := newJob(part.node, process)
	if taken[j.ref] {
		return false
	}
	taken[j.ref] = true
	if why := skipReason(p.command.Action, process); why != "" {
		message := why.Text()
		switch why {
		case SkipNotRunning:
			message = cesi.T("it does not run (%s)", process.State)
		case SkipNoLog:
			message = cesi.TextOf(process.CheckClear())
		}
		p.skipped = append(p.skipped, Outcome{Ref: j.ref, Result: cesi.Skipped, Skip: why, State: process.State, Message: message})
		return false
	}
	part.jobs = append(part.jobs, j)
	return true
}

// Unanswered returns nil if the node answers, else the reason: Unreachable or Timeout.
func (n *Node) Unanswered() error {
	if n.Status == Up {
		return nil
	}
	if n.Failure == nil {
		return cesi.Errorf(cesi.Unreachable, "node %q has not been asked yet", n.Name)
	}
	kind := cesi.Unreachable
	if n.Failure.Cause == cesi.CauseTimeout {
		kind = cesi.Timeout
	}
	e := cesi.Errorf(kind, "node %q does not answer: %s", n.Name, n.Failure.Message)
	e.Cause = n.Failure.Cause
	return e
}

// unanswered reports whether an error is one of Unanswered.
func unanswered(err error) bool {
	kind := cesi.KindOf(err)
	return err != nil && (kind == cesi.Unreachable || kind == cesi.Timeout)
}

// byPriority sorts jobs into sets of equal priority, lowest first, which is the order
// in which supervisord starts them.
func byPriority(jobs []*job) [][]*job {
	sorted := slices.Clone(jobs)
	slices.SortStableFunc(sorted, func(a, b *job) int { return comparePriorities(a.process.Config, b.process.Config) })
	var sets [][]*job
	for i, j := range sorted {
		if i == 0 || comparePriorities(sorted[i-1].process.Config, j.process.Config) != 0 {
			sets = append(sets, nil)
		}
		sets[len(sets)-1] = append(sets[len(sets)-1], j)
	}
	return sets
}

// defaultPriority is supervisord's default for programs and groups.
const defaultPriority = 999

func comparePriorities(a, b *cesi.ProcessConfig) int {
	fallback := &cesi.ProcessConfig{GroupPriority: defaultPriority, Priority: defaultPriority}
	a, b = cmp.Or(a, fallback), cmp.Or(b, fallback)
	return cmp.Or(cmp.Compare(a.GroupPriority, b.GroupPriority), cmp.Compare(a.Priority, b.Priority))
}
