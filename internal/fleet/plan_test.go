package fleet

import (
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// snapshotOf returns a snapshot with one node, n1, that answers and has the given
// sorted processes.
func snapshotOf(processes ...Process) *Snapshot {
	n := &Node{Name: "n1", Status: Up, Processes: processes}
	for _, p := range processes {
		n.Counts.Count(p.Process)
	}
	s := &Snapshot{byName: map[string]*Node{}}
	s.include(n)
	return s
}

func process(group, name string, state cesi.State) Process {
	return Process{Process: cesi.Process{ProcessID: cesi.ProcessID{Group: group, Name: name}, State: state}}
}

func everyState() []Process {
	return []Process{
		process("g", "backoff", cesi.Backoff),
		process("g", "exited", cesi.Exited),
		process("g", "fatal", cesi.Fatal),
		process("g", "running", cesi.Running),
		process("g", "starting", cesi.Starting),
		process("g", "stopped", cesi.Stopped),
		process("g", "stopping", cesi.Stopping),
		process("g", "unknown", cesi.Unknown),
	}
}

func hits(p Preview) []string {
	var names []string
	for _, ref := range p.Hit {
		names = append(names, ref.Name)
	}
	return names
}

func preview(t *testing.T, s *Snapshot, c Command) Preview {
	t.Helper()
	f := New(Options{})
	f.cached.Store(&cachedSnapshot{snapshot: s})
	p, err := f.Preview(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan_CommandOnManyByState(t *testing.T) {
	tests := []struct {
		action cesi.Action
		want   []string
	}{
		{cesi.ActionStart, []string{"exited", "fatal", "stopped", "unknown"}},
		{cesi.ActionStop, []string{"backoff", "running", "starting"}},
		{cesi.ActionRestart, []string{"backoff", "fatal", "running", "starting"}},
	}
	for _, test := range tests {
		for _, target := range []Target{{Node: "n1"}, {Node: "n1", Group: "g"}} {
			t.Run(string(test.action)+" "+target.String(), func(t *testing.T) {
				s := snapshotOf(everyState()...)
				p := preview(t, s, Command{Action: test.action, Targets: []Target{target}})
				if diff := cmp.Diff(test.want, hits(p)); diff != "" {
					t.Error(diff)
				}
				if got, want := len(p.Skipped), len(everyState())-len(test.want); got != want {
					t.Errorf("skipped: %d, want %d", got, want)
				}
			})
		}
	}
}

func TestPlan_CommandOnOneIgnoresState(t *testing.T) {
	s := snapshotOf(everyState()...)
	for _, p := range everyState() {
		for _, action := range []cesi.Action{cesi.ActionStart, cesi.ActionStop, cesi.ActionRestart} {
			got := preview(t, s, Command{Action: action, Targets: []Target{TargetProcess("n1", p.ProcessID)}})
			if len(got.Hit) != 1 {
				t.Errorf("%s of %s hits %d processes, want 1", action, p.State, len(got.Hit))
			}
		}
	}
}

func TestPlan_CommandOnManySkipsThisCeSI(t *testing.T) {
	self := process("cesi", "cesi", cesi.Running)
	self.Self = true
	s := snapshotOf(self, process("g", "other", cesi.Running))
	for _, action := range []cesi.Action{cesi.ActionStop, cesi.ActionRestart} {
		c := Command{Action: action, Targets: []Target{{Node: "n1"}}}
		if diff := cmp.Diff([]string{"other"}, hits(preview(t, s, c))); diff != "" {
			t.Errorf("%s: %s", action, diff)
		}
	}
}

func TestPlan_WholeCallOnlyForSameProcesses(t *testing.T) {
	tests := map[string]struct {
		action    cesi.Action
		processes []Process
		start     bool
	}{
		"restart where all runs": {cesi.ActionRestart,
			[]Process{process("g", "a", cesi.Running), process("g", "b", cesi.Running)}, true},
		"restart where one is stopped": {cesi.ActionRestart,
			[]Process{process("g", "a", cesi.Running), process("g", "b", cesi.Stopped)}, false},
		"start where one runs": {cesi.ActionStart,
			[]Process{process("g", "a", cesi.Running), process("g", "b", cesi.Stopped)}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			plan, err := snapshotOf(test.processes...).plan(Command{Action: test.action, Targets: []Target{{Node: "n1"}}})
			if err != nil {
				t.Fatal(err)
			}
			part := plan.parts[0]
			if part.exactStart != test.start {
				t.Errorf("exact start: %v, want %v", part.exactStart, test.start)
			}
		})
	}
}

func TestPreview_NamesManualProcesses(t *testing.T) {
	manual := process("g", "manual", cesi.Stopped)
	manual.Config = &cesi.ProcessConfig{Autostart: false}
	auto := process("g", "zauto", cesi.Stopped)
	auto.Config = &cesi.ProcessConfig{Autostart: true}
	p := preview(t, snapshotOf(manual, auto), Command{Action: cesi.ActionStart, Targets: []Target{{Node: "n1"}}})
	want := []Ref{{Node: "n1", ProcessID: manual.ProcessID}}
	if diff := cmp.Diff(want, p.Manual); diff != "" {
		t.Error(diff)
	}
}

func TestPlan_TargetsAreUnique(t *testing.T) {
	id := cesi.ProcessID{Group: "g", Name: "a"}
	p := preview(t, snapshotOf(process("g", "a", cesi.Running)), Command{Action: cesi.ActionStop,
		Targets: []Target{TargetProcess("n1", id), {Node: "n1", Group: "g"}}})
	if diff := cmp.Diff([]string{"a"}, hits(p)); diff != "" {
		t.Error(diff)
	}
}

func TestPlan_InvalidCommands(t *testing.T) {
	silent := &Node{Name: "silent", Status: Down, Failure: &Failure{Cause: cesi.CauseTimeout}}
	s := snapshotOf(process("g", "a", cesi.Running))
	s.include(silent)
	tests := map[string]struct {
		command Command
		want    cesi.Kind
	}{
		"no target":        {Command{Action: cesi.ActionStop}, cesi.Invalid},
		"no such action":   {Command{Action: "explode", Targets: []Target{{Node: "n1"}}}, cesi.Invalid},
		"no such node":     {Command{Action: cesi.ActionStop, Targets: []Target{{Node: "n2"}}}, cesi.NotFound},
		"no such group":    {Command{Action: cesi.ActionStop, Targets: []Target{{Node: "n1", Group: "x"}}}, cesi.NotFound},
		"no such process":  {Command{Action: cesi.ActionStop, Targets: []Target{{Node: "n1", Group: "g", Name: "x"}}}, cesi.NotFound},
		"a node never met": {Command{Action: cesi.ActionStop, Targets: []Target{{Node: "silent"}}}, cesi.Timeout},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.plan(test.command)
			if got := cesi.KindOf(err); err == nil || got != test.want {
				t.Errorf("got %v (%v), want %v", got, err, test.want)
			}
		})
	}
}

func TestPlan_ByPriority(t *testing.T) {
	at := func(name string, group, own int) *job {
		p := process("g", name, cesi.Running)
		p.Config = &cesi.ProcessConfig{GroupPriority: group, Priority: own}
		return newJob(&Node{Name: "n1"}, p)
	}
	plain := newJob(&Node{Name: "n1"}, process("g", "plain", cesi.Running))
	var got [][]string
	for _, set := range byPriority([]*job{at("late", 1000, 1), plain, at("b", 1, 2), at("a", 1, 1), at("b2", 1, 2), at("same", 999, 999)}) {
		var names []string
		for _, j := range set {
			names = append(names, j.ref.Name)
		}
		got = append(got, names)
	}
	want := [][]string{{"a"}, {"b", "b2"}, {"plain", "same"}, {"late"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
