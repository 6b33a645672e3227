package fleet

import (
	"fmt"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestAttention_WorstFirst(t *testing.T) {
	failedAt := func(p Process, secondsAgo int64) Process {
		p.Now, p.Stop = 1000, 1000-secondsAgo
		return p
	}
	unexpected := failedAt(process("g", "unexpected", cesi.Exited), 5)
	unexpected.SpawnErr = "Bad exit code 3"
	up := &Node{Name: "up", Status: Up, Processes: []Process{
		process("g", "backoff", cesi.Backoff), process("g", "expected", cesi.Exited),
		failedAt(process("g", "fatal-new", cesi.Fatal), 10), failedAt(process("g", "fatal-old", cesi.Fatal), 500),
		process("g", "running", cesi.Running), unexpected,
	}}
	for _, p := range up.Processes {
		up.Counts.Count(p.Process)
	}
	down := &Node{Name: "down", Status: Down, Failure: &Failure{Since: time.Unix(1, 0)},
		Processes: []Process{process("g", "as it was", cesi.Fatal)}}
	s := &Snapshot{byName: map[string]*Node{}}
	s.include(up)
	s.include(down)

	var got []string
	for _, trouble := range s.Troubles() {
		if trouble.Process == nil {
			got = append(got, trouble.Node.Name)
		} else {
			got = append(got, trouble.Process.Name)
		}
	}
	want := []string{"fatal-new", "fatal-old", "down", "backoff", "unexpected"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCounts_LeaveOutSilentNodes(t *testing.T) {
	s := snapshotOf(process("g", "a", cesi.Running), process("g", "b", cesi.Fatal))
	down := &Node{Name: "down", Status: Down, Failure: &Failure{}, Counts: Counts{Total: 7, Running: 7}}
	s.include(down)
	want := Counts{Total: 2, Running: 1, Fatal: 1, Bad: 1, Worst: 4}
	if diff := cmp.Diff(want, s.Counts); diff != "" {
		t.Error(diff)
	}
	if s.Stale != 7 || s.NodesDown != 1 || s.NodesUp != 1 {
		t.Errorf("stale %d, down %d, up %d; want 7, 1, 1", s.Stale, s.NodesDown, s.NodesUp)
	}
}

func TestSelf_MatchesNameAndPIDs(t *testing.T) {
	id := cesi.ProcessID{Group: "cesi", Name: "cesi"}
	self := Self{Process: id, PID: 70, Parent: 7}
	tests := []struct {
		name       string
		self       Self
		process    cesi.Process
		supervisor int
		want       bool
	}{
		{"child of that supervisord", self, cesi.Process{ProcessID: id, PID: 70}, 7, true},
		{"its supervisord's pid not known yet", self, cesi.Process{ProcessID: id, PID: 70}, 0, true},
		{"same small pid in another container", self, cesi.Process{ProcessID: id, PID: 70}, 1, false},
		{"behind a wrapper script", self, cesi.Process{ProcessID: id, PID: 7}, 3, true},
		{"another pid", self, cesi.Process{ProcessID: id, PID: 71}, 7, false},
		{"another name", self, cesi.Process{ProcessID: cesi.ProcessID{Group: "x", Name: "x"}, PID: 70}, 7, false},
		{"not under a supervisord", Self{PID: 70, Parent: 7}, cesi.Process{ProcessID: id, PID: 70}, 7, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.self.fits(test.process, test.supervisor); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func BenchmarkSnapshot_1000Nodes(b *testing.B) {
	f := New(Options{Dial: func(cesi.Node) (Client, error) { return nil, nil }})
	var nodes []cesi.Node
	for i := range 1000 {
		nodes = append(nodes, cesi.Node{Name: fmt.Sprintf("n%d", i)})
	}
	f.Apply(Settings{Nodes: nodes})
	for b.Loop() {
		f.published.Add(1)
		f.Snapshot()
	}
}
