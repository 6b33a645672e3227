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
	// wantedTime bounds the wait for the database to take what is wanted.
	wantedTime = 3 * time.Second
	// wantedKept is how long what is wanted on a node outlasts the node's
	// configuration.
	wantedKept = 7 * 24 * time.Hour
)

// Wanted tells of a process that CeSI stopped in order to start it again, and has
// not seen running since.
type Wanted struct {
	cesi.Wanted
	// State is the state by supervisord; that of the Process is cesi.NotStarted
	// once the command is over and the process is down.
	State cesi.State
}

// wantedProcess is a process that is wanted.
type wantedProcess struct {
	cesi.Wanted
	pid int // of the process that is to end; 0: not known, or the command is over
	// doubt is set where the node gave no answer to the stop: until then the stop
	// may still happen.
	doubt time.Time
}

// doubtTime is how long a stop without an answer may still happen on a node that
// answers again.
const doubtTime = time.Minute

// ended keeps why the process was not started.
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

// wantedList is the processes that are wanted: each of the fleet once at most.
type wantedList struct {
	fleet  *Fleet
	saving sync.Mutex // held while the database is told

	mu sync.Mutex
	of map[string]map[cesi.ProcessID]wantedProcess // by node
}

// RecallWanted takes up what an earlier run left wanted. Call it before Apply.
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

// removeOn ends that processes of a group are wanted, or of all of the node if group
// is empty, and returns which were.
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

// change changes what is known of a process, if it is wanted.
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

// remove ends that a process is wanted, and reports whether it was.
func (w *wantedList) remove(ref Ref) (found bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, found = w.of[ref.Node][ref.ProcessID]
	delete(w.of[ref.Node], ref.ProcessID)
	return found
}

// save brings the database up to what is wanted of the processes.
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

// forgetNodes drops what is old of nodes that are out of the configuration.
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

// mark shows on a node's processes which are wanted, and drops what runs, has run
// since or is gone.
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
		n.Counts.count(p.Process)
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

// busy reports whether a command is under way on the process, or on its supervisord.
func (w *wantedList) busy(ref Ref) bool {
	return w.fleet.commands.flights.busy(ref) || w.fleet.commands.flights.busy(Ref{Node: ref.Node})
}

// over reports whether the process has come to run since it was stopped, or was not
// stopped, as of the node's last poll.
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

// want marks a process as wanted, and as not started if no command is under way.
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

// remark shows on a node what has changed of what is wanted there.
func (p *poller) remark() {
	p.fleet.wanted.mu.Lock()
	some := len(p.fleet.wanted.of[p.name]) > 0
	p.fleet.wanted.mu.Unlock()
	if some || p.node().wanted > 0 {
		p.publish(func(*Node) {})
	}
}

// want remembers, before anything goes out, what a restart is about to stop; a
// stop takes back what is wanted of its processes.
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

// wantNoMore takes back what is wanted of a process that was started or that a
// stop went ahead for, and else keeps the reason why it was not started.
func (r *run) wantNoMore(s *step, o Outcome) {
	if !changesState(r.plan.command.Action) {
		return
	}
	w, changed := r.fleet.wanted, false
	if o.Result == cesi.OK || r.fleet.commands.flights.overtakenBy(s.flights[o.Ref]) != "" {
		changed = w.remove(o.Ref)
	} else {
		changed = w.change(o.Ref, func(one *wantedProcess) { one.ended(o, r.now()) })
	}
	if changed {
		w.save([]Ref{o.Ref})
	}
}
