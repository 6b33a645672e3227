package fleet

import (
	"context"
	"slices"

	"cesi/internal/cesi"
)

// Reread makes a node's supervisord read its configuration again and returns the
// differences to what it runs. It applies nothing. It ends with the node's timeout, and
// fails with cesi.FaultCantReread if the configuration is broken.
func (f *Fleet) Reread(ctx context.Context, node string) (cesi.Changes, error) {
	p, err := f.poller(node)
	if err != nil {
		return cesi.Changes{}, err
	}
	return p.reread(ctx)
}

func (p *poller) reread(ctx context.Context) (cesi.Changes, error) {
	if p.client == nil {
		return cesi.Changes{}, p.dialErr
	}
	ctx, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	p.forgetInfo()
	return p.client.Reread(ctx)
}

// planDaemon resolves a command to a supervisord itself. The changes of an update are
// known only after the command is sent, when supervisord has read its configuration
// again.
func (s *Snapshot) planDaemon(c Command) (*Plan, error) {
	if err := c.checkDaemon(); err != nil {
		return nil, err
	}
	node, err := s.target(c.Targets[0])
	if err != nil {
		return nil, err
	}
	if err := node.Unanswered(); err != nil {
		return nil, err
	}
	return &Plan{command: c, node: node, self: c.EndsSelf(node)}, nil
}

// checkDaemon says why a command to a supervisord is invalid.
func (c Command) checkDaemon() error {
	if len(c.Targets) == 0 {
		return cesi.Errorf(cesi.Invalid, "no node was chosen")
	}
	on := c.Action.Rule().On
	for _, t := range c.Targets {
		wantsGroup := on == cesi.OnGroup || on == cesi.OnGroupsOrEverything && len(c.Targets) > 1
		switch {
		case t.Node != c.Targets[0].Node:
			return cesi.Errorf(cesi.Invalid, "%s is for one node at a time", c.Action.Text())
		case t.Name != "":
			return cesi.Errorf(cesi.Invalid, "%s is for whole groups", c.Action.Text())
		case wantsGroup && t.Group == "":
			return cesi.Errorf(cesi.Invalid, "no group was chosen")
		case t.Group != "" && on == cesi.OnSupervisord:
			return cesi.Errorf(cesi.Invalid, "%s is for a whole node", c.Action.Text())
		}
	}
	if len(c.Targets) > 1 && on != cesi.OnGroupsOrEverything {
		return cesi.Errorf(cesi.Invalid, "%s is for one group at a time", c.Action.Text())
	}
	return nil
}

// chose reports whether the command names the group.
func (c Command) chose(group string) bool {
	return slices.ContainsFunc(c.Targets, func(t Target) bool { return t.Group == group })
}

// EndsSelf returns the "group:name" of the process that is this CeSI if the command to
// its supervisord would end it for good; else "". After a reload it starts again if it
// has autostart=true.
func (c Command) EndsSelf(n *Node) string {
	self, found := n.OwnProcess()
	if !found {
		return ""
	}
	ends := false
	switch c.Action.Rule().Self {
	case cesi.SelfEnds:
		ends = true
	case cesi.SelfReloads:
		ends = self.Config != nil && !self.Config.Autostart
	case cesi.SelfEndsInGroup:
		ends = c.chose(self.Group)
	}
	if !ends {
		return ""
	}
	return self.String()
}

// OwnProcess returns the process that is this CeSI, if the node has it.
func (n *Node) OwnProcess() (Process, bool) {
	i := slices.IndexFunc(n.Processes, func(p Process) bool { return p.Self })
	if i < 0 {
		return Process{}, false
	}
	return n.Processes[i], true
}
