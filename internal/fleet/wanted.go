package fleet

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	// wantedTime bounds the wait for the database to store wanted processes.
	wantedTime = 3 * time.Second
	// wantedKept is how long wanted processes of a node are kept after the node has
	// left the configuration.
	wantedKept = 7 * 24 * time.Hour
)

// Wanted says that CeSI stopped a process to start it again, and has not seen it
// running since.
type Wanted struct {
	cesi.Wanted
	// State is supervisord's state. The state of the Process is cesi.NotStarted once
	// the command has ended and the process is down.
	State cesi.State
}

// wantedProcess is a process that is wanted.
type wantedProcess struct {
	cesi.Wanted
	pid int // of the process that should end; 0: not known, or the command has ended
	// doubt is set if the node did not answer the stop: until then the stop may still
	// happen.
	doubt time.Time
}

// doubtTime is how long a stop without a reply may still happen after the node answers
// again.
const doubtTime = time.Minute

// ended records why the process was not started.
func (w *wantedProcess) ended(o Outcome, now time.Time) {
	w.Reason = o.Message
	if o.down.ID != "" {
		w.Reason = o.down
	}
	if o.Result == cesi.UnknownEnd {
		w.doubt = now.Add(doubtTime)
	} else {
		w.pid = 0
	}
}

// wantedList is the list of wanted processes, each at most once.
type wantedList struct {
	fleet  *Fleet
	saving sync.Mutex // held while the database is written

	mu sync.Mutex
	of map[string]map[cesi.ProcessID]wantedProcess // by node
}

// RecallWanted loads the wanted processes of an earlier run. Call it before Apply.
func (f *Fleet) RecallWanted(list []cesi.Wanted) {
	f.wanted.mu.Lock()
	defer f.wanted.mu.Unlock()
	for _, w := range list {
		if w.Reason.ID == "" {
			w.Reason = cesi.T("CeSI ended in the middle of the restart")
		}
		f.wanted.put(wantedProcess{Wanted: w})
	}
}

// put adds a process. Call with mu held.
func (w *wantedList) put(one wantedProcess) {
	if w.of[one.Node] == nil {
		w.of[one.Node] = make(map[cesi.ProcessID]wantedProcess)
	}
	w.of[one.Node][one.ProcessID] = one
}

// add adds a process.
func (w *wantedList) add(one wantedProcess) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.put(one)
}

// removeOn removes the wanted processes of a group, or of the whole node if group is
// empty, and returns them.
func (w *wantedList) removeOn(node, group string) (gone []Ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.of[node] {
		if group == "" || id.Group == group {
			delete(w.of[node], id)
			gone = append(gone, Ref{Node: node, ProcessID: id})
		}
	}
	return gone
}

// change changes a wanted process, if it is in the list.
func (w *wantedList) change(ref Ref, do func(*wantedProcess)) (found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	one, found := w.of[ref.Node][ref.ProcessID]
	if found {
		do(&one)
		w.of[ref.Node][ref.ProcessID] = one
	}
	return found
}

// remove removes a process, and reports whether it was wanted.
func (w *wantedList) remove(ref Ref) (found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, found = w.of[ref.Node][ref.ProcessID]
	delete(w.of[ref.Node], ref.ProcessID)
	return found
}

// save stores the state of the processes in the database.
func (w *wantedList) save(refs []Ref) {
	if len(refs) == 0 || w.fleet.opts.Wanted == nil {
		return
	}
	w.saving.Lock()
	defer w.saving.Unlock()
	var wanted, gone []cesi.Wanted
	w.mu.Lock()
	for _, ref := range refs {
		if one, found := w.of[ref.Node][ref.ProcessID]; found {
			wanted = append(wanted, one.Wanted)
		} else {
			gone = append(gone, cesi.Wanted{Node: ref.Node, ProcessID: ref.ProcessID})
		}
	}
	w.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), wantedTime)
	defer cancel()
	if err := w.fleet.opts.Wanted.SaveWanted(ctx, wanted, gone); err != nil {
		w.fleet.opts.Log.Error("can't store what is wanted", "processes", len(refs), "error", err)
	}
}

// saveLater is save in a goroutine.
func (w *wantedList) saveLater(refs []Ref) {
	if len(refs) > 0 {
		w.fleet.pollers.Go(func() { _ = w.fleet.contain("store what is wanted", func() { w.save(refs) }) })
	}
}

// forgetNodes removes old entries of nodes that have left the configuration.
func (w *wantedList) forgetNodes(nodes []cesi.Node) {
	old := w.fleet.opts.Now().Add(-wantedKept)
	var gone []Ref
	w.mu.Lock()
	for name, of := range w.of {
		if slices.ContainsFunc(nodes, func(n cesi.Node) bool { return n.Name == name }) {
			continue
		}
		for id, one := range of {
			if one.Since.Before(old) {
				delete(of, id)
				gone = append(gone, Ref{Node: name, ProcessID: id})
			}
		}
	}
	w.mu.Unlock()
	w.saveLater(gone)
}

// mark marks the wanted processes of a node, and removes those that run, have run
// since, or are gone.
func (w *wantedList) mark(n *Node) {
	w.mu.Lock()
	of := maps.Clone(w.of[n.Name])
	w.mu.Unlock()
	if len(of) == 0 && n.wanted == 0 {
		return
	}
	n.Processes, n.wanted, n.Counts = slices.Clone(n.Processes), 0, Counts{}
	var over []Ref
	for i := range n.Processes {
		p := &n.Processes[i]
		if p.Wanted != nil {
			p.State, p.Wanted = p.Wanted.State, nil
		}
		if one, found := of[p.ProcessID]; found {
			delete(of, p.ProcessID)
			ref := Ref{Node: n.Name, ProcessID: p.ProcessID}
			busy := w.busy(ref)
			if n.Status == Up && !busy && one.over(p.Process, n.LastContact) {
				over = append(over, ref)
			} else {
				p.want(one, busy)
				n.wanted++
			}
		}
		n.Counts.Count(p.Process)
	}
	if n.Status == Up {
		for id := range of {
			if ref := (Ref{Node: n.Name, ProcessID: id}); !w.busy(ref) {
				over = append(over, ref)
			}
		}
	}
	for _, ref := range over {
		w.remove(ref)
	}
	w.saveLater(over)
}

// busy reports whether a command is running on the process, or on its supervisord.
func (w *wantedList) busy(ref Ref) bool {
	return w.fleet.commands.inFlight.busy(ref) || w.fleet.commands.inFlight.busy(Ref{Node: ref.Node})
}

// over reports whether the process has run since it was stopped, or was not stopped, at
// the node's last poll.
func (w wantedProcess) over(p cesi.Process, polled time.Time) bool {
	switch p.State {
	case cesi.Running:
		return w.pid == 0 || p.PID != w.pid || !w.doubt.IsZero() && polled.After(w.doubt)
	case cesi.Stopped, cesi.Exited:
		return p.Start > w.Started
	default:
		return false
	}
}

// want marks a process as wanted, and as not started if no command is running.
func (p *Process) want(one wantedProcess, busy bool) {
	p.Wanted = &Wanted{Wanted: one.Wanted, State: p.State}
	if !busy && (p.State == cesi.Stopped || p.State == cesi.Exited) {
		p.State = cesi.NotStarted
	}
}

func sameWanted(a, b *Wanted) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.State == b.State && a.Wanted.Equal(b.Wanted)
}

// remark publishes changes of wanted processes on a node.
func (p *poller) remark() {
	p.fleet.wanted.mu.Lock()
	some := len(p.fleet.wanted.of[p.name]) > 0
	p.fleet.wanted.mu.Unlock()
	if some || p.node().wanted > 0 {
		p.publish(func(*Node) {})
	}
}

// want records, before anything is sent, which processes a restart stops. A stop
// removes its processes from the wanted ones.
func (r *run) want(s *step) {
	w := r.fleet.wanted
	var refs []Ref
	for _, j := range s.jobs {
		switch {
		case r.plan.command.Action == cesi.ActionStop:
			if w.remove(j.ref) {
				refs = append(refs, j.ref)
			}
		case r.plan.command.Action == cesi.ActionRestart && j.waiting() && !j.restarted:
			w.add(wantedProcess{pid: j.process.PID, Wanted: cesi.Wanted{
				Node: j.ref.Node, ProcessID: j.ref.ProcessID, Since: r.now(), By: r.actor.User, Activity: r.entry.ID, Started: j.process.Start,
			}})
			refs = append(refs, j.ref)
		}
	}
	w.save(refs)
}

// clearWanted removes a process that was started, or preempted by a stop, from the
// wanted ones; else it records why it was not started.
func (r *run) clearWanted(s *step, o Outcome) {
	if !r.plan.command.Action.Rule().ChangesState {
		return
	}
	w, changed := r.fleet.wanted, false
	if o.Result == cesi.OK || r.fleet.commands.inFlight.preemptingUser(s.inFlight[o.Ref]) != "" {
		changed = w.remove(o.Ref)
	} else {
		changed = w.change(o.Ref, func(one *wantedProcess) { one.ended(o, r.now()) })
	}
	if changed {
		w.save([]Ref{o.Ref})
	}
}
