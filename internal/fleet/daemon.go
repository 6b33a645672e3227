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
		return cesi.Changes{}, p.dialed
	}
	ctx, cancel := context.WithTimeout(ctx, p.config().Timeout)
	defer cancel()
	p.forgetInfo()
	return p.client.Reread(ctx)
}

// controlDaemon executes a command to a supervisord itself.
func (f *Fleet) controlDaemon(ctx context.Context, actor cesi.Actor, c Command) (*Operation, error) {
	if err := c.checkDaemon(); err != nil {
		return nil, err
	}
	f.askSilent(ctx, c.Targets)
	node, err := f.Snapshot().target(c.Targets[0])
	if err != nil {
		return nil, err
	}
	if err := node.Unanswered(); err != nil {
		return nil, err
	}
	if err := c.confirmed(node); err != nil {
		return nil, err
	}
	if err := f.commands.begin(); err != nil {
		return nil, err
	}
	run, err := f.newDaemonRun(ctx, node, actor, c)
	if err != nil {
		f.commands.running.Done()
		return nil, err
	}
	run.begin(context.WithoutCancel(ctx), run.children())
	f.commands.remember(run.op)
	go run.contained(f.commands.ctx)
	return run.op, nil
}

// checkDaemon says why a command to a supervisord is invalid.
func (c Command) checkDaemon() error {
	if len(c.Targets) == 0 {
		return cesi.Errorf(cesi.Invalid, "no node was chosen")
	}
	for _, t := range c.Targets {
		wantsGroup := c.Action == cesi.ActionAddGroup || c.Action == cesi.ActionRemoveGroup ||
			c.Action == cesi.ActionUpdate && len(c.Targets) > 1
		switch {
		case t.Node != c.Targets[0].Node:
			return cesi.Errorf(cesi.Invalid, "%s is for one node at a time", c.Action.Text())
		case t.Name != "":
			return cesi.Errorf(cesi.Invalid, "%s is for whole groups", c.Action.Text())
		case wantsGroup && t.Group == "":
			return cesi.Errorf(cesi.Invalid, "no group was chosen")
		case t.Group != "" && !wantsGroup && c.Action != cesi.ActionUpdate:
			return cesi.Errorf(cesi.Invalid, "%s is for a whole node", c.Action.Text())
		}
	}
	if len(c.Targets) > 1 && c.Action != cesi.ActionUpdate {
		return cesi.Errorf(cesi.Invalid, "%s is for one group at a time", c.Action.Text())
	}
	return nil
}

// chose reports whether the command names the group.
func (c Command) chose(group string) bool {
	return slices.ContainsFunc(c.Targets, func(t Target) bool { return t.Group == group })
}

// confirmed checks the names that must be typed before a shutdown, and before a command
// that ends this program for good.
func (c Command) confirmed(n *Node) error {
	if c.Action == cesi.ActionShutdown && c.ConfirmNode != n.Name {
		return cesi.Errorf(cesi.Conflict, "a shutdown can't be undone from here: confirm by naming the node, %s", n.Name)
	}
	if self := c.EndsSelf(n); self != "" && c.ConfirmSelf != self && c.Action != cesi.ActionShutdown {
		return cesi.Errorf(cesi.Conflict, "%s is this CeSI itself, and would not come back: confirm by naming it", self)
	}
	return nil
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
	switch c.Action {
	case cesi.ActionShutdown:
		ends = true
	case cesi.ActionReload:
		ends = self.Config != nil && !self.Config.Autostart
	case cesi.ActionUpdate:
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
