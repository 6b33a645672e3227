package fleet

import (
	"context"
	"slices"
	"time"

	"cesi/internal/cesi"
)

// begunWithin bounds the wait until supervisord begins to start processes with
// autostart, which it does about once a second.
const begunWithin = 5 * time.Second

// begun has the states of processes after supervisord began to start them.
type begun struct {
	up   []cesi.ProcessID
	left []cesi.ProcessID // stopped: autostart=false
	down []notUp
}

// notUp is a process that did not come up, with its state and the reason.
type notUp struct {
	cesi.ProcessID
	why cesi.Text
}

// autostarts are the processes with autostart. A nil map means that the node does not
// say: then it is every process.
type autostarts map[cesi.ProcessID]bool

func (a autostarts) has(id cesi.ProcessID) bool { return a == nil || a[id] }

// autostart asks which processes have autostart in the configuration that supervisord
// last read.
func (a asker) autostart(ctx context.Context) autostarts {
	ctx, cancel := context.WithTimeout(ctx, a.poller.config().Timeout)
	defer cancel()
	configs, err := a.poller.client.Configs(ctx)
	if err != nil {
		return nil
	}
	starts := make(autostarts, len(configs))
	for _, c := range configs {
		starts[c.ProcessID] = c.Autostart
	}
	return starts
}

// processes asks the node for all its processes.
func (a asker) processes(ctx context.Context) ([]cesi.Process, error) {
	ctx, cancel := context.WithTimeout(ctx, a.poller.config().Timeout)
	defer cancel()
	return a.poller.client.Processes(ctx)
}

// awaitBegun waits until supervisord has begun to start the processes with autostart of
// a group, or of the node if group is empty, and returns the states of the processes.
func (a asker) awaitBegun(ctx context.Context, group string) begun {
	ctx, cancel := context.WithTimeout(ctx, begunWithin)
	defer cancel()
	starts := a.autostart(ctx)
	var last []cesi.Process
	for {
		waiting := true
		if all, err := a.processes(ctx); err == nil {
			last = slices.DeleteFunc(all, func(p cesi.Process) bool { return group != "" && p.Group != group })
			waiting = slices.ContainsFunc(last, func(p cesi.Process) bool { return p.State == cesi.Stopped && starts.has(p.ProcessID) })
		}
		if !waiting {
			return newBegun(last, starts)
		}
		select {
		case <-time.After(awaitPause):
		case <-ctx.Done():
			return newBegun(last, starts)
		}
	}
}

func newBegun(processes []cesi.Process, starts autostarts) (b begun) {
	for _, p := range processes {
		switch {
		case p.State == cesi.Running || p.State == cesi.Starting || p.State == cesi.Exited && !p.UnexpectedExit():
			b.up = append(b.up, p.ProcessID)
		case p.State == cesi.Stopped && (starts == nil || !starts[p.ProcessID]):
			b.left = append(b.left, p.ProcessID)
		case p.SpawnErr != "":
			b.down = append(b.down, notUp{ProcessID: p.ProcessID, why: cesi.T("it did not come up (%s): %s", p.State, p.SpawnErr)})
		default:
			b.down = append(b.down, notUp{ProcessID: p.ProcessID, why: cesi.T("it did not come up (%s)", p.State)})
		}
	}
	return b
}
