package fleet

import (
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

// pollAt is a node that was polled at a time of our clock. Its own clock is ahead, and
// began has the times of our clock at which its processes started or failed.
func pollAt(known int64, name string, at, ahead int64, state cesi.State, began map[string]int64) *Node {
	n := &Node{Name: name, Status: Up}
	var list []cesi.Process
	for name, began := range began {
		p := process("g", name, state).Process
		p.Now = at + ahead
		p.Start, p.Stop, p.PID = began+ahead, began+ahead, 7
		list = append(list, p)
	}
	n.clock = clockOf(known, cesi.NewProcessList(list), time.Unix(at, 900_000_000))
	for _, p := range list {
		n.Processes = append(n.Processes, Process{Process: p})
		n.Counts.Count(p)
	}
	return n
}

func troubles(s *Snapshot) []string {
	var list []string
	for _, trouble := range s.Troubles() {
		list = append(list, trouble.Node.Name+" "+trouble.Process.Name)
	}
	return list
}

func TestAttention_OrderIgnoresPollTimes(t *testing.T) {
	const failed = 1_000_000
	want := []string{"web-1 late", "web-2 late", "web-2 same_2", "web-2 same_10", "web-10 same_1", "web-2 never"}
	// Seconds after the failure at which the three nodes were polled.
	for _, polled := range [][3]int64{{50, 50, 50}, {50, 51, 55}, {55, 50, 51}, {3000, 3005, 3001}} {
		s := &Snapshot{byName: map[string]*Node{}}
		s.include(pollAt(0, "web-10", failed+polled[0], 1, cesi.Fatal, map[string]int64{"same_1": failed - 1}))
		two := pollAt(0, "web-2", failed+polled[1], 0, cesi.Fatal,
			map[string]int64{"same_2": failed, "same_10": failed, "late": failed + 7, "never": 0})
		for i := range two.Processes {
			if p := &two.Processes[i]; p.Name == "never" {
				p.Start, p.Stop = 0, 0
			}
		}
		s.include(two)
		s.include(pollAt(0, "web-1", failed+polled[2], 3600, cesi.Fatal, map[string]int64{"late": failed + 9}))
		if diff := cmp.Diff(want, troubles(s)); diff != "" {
			t.Errorf("polled %v later:\n%s", polled, diff)
		}
	}
}

func TestSort_UptimeIgnoresPollTimes(t *testing.T) {
	for _, polled := range [][2]int64{{100, 100}, {100, 105}, {105, 100}} {
		a := pollAt(0, "web-10", 1000+polled[0], 0, cesi.Running, map[string]int64{"w_10": 1000, "w_2": 1000})
		b := pollAt(0, "web-2", 1000+polled[1], 0, cesi.Running, map[string]int64{"w_2": 1000, "first": 998})
		var list []Match
		for _, n := range []*Node{a, b} {
			for i := range n.Processes {
				list = append(list, Match{n, &n.Processes[i]})
			}
		}
		Sort(list, ByUptime, false, 0, len(list))
		var got []string
		for _, m := range list {
			got = append(got, m.Node.Name+" "+m.Process.Name)
		}
		if diff := cmp.Diff([]string{"web-2 first", "web-2 w_2", "web-10 w_2", "web-10 w_10"}, got); diff != "" {
			t.Errorf("polled %v later:\n%s", polled, diff)
		}
	}
}

func TestClock_KeepsOffsetWithinPollError(t *testing.T) {
	tests := []struct{ known, ahead, want int64 }{
		{0, 0, 0}, {0, 3, 0}, {0, -3, 0}, {0, 4, 4}, {0, -4, -4}, {3600, 3598, 3600}, {3600, 0, 0}, {-60, -58, -60},
	}
	for _, test := range tests {
		now := time.Unix(1_000_000, 0)
		if got := clockOf(test.known, cesi.NewProcessList([]cesi.Process{{Now: now.Unix() + test.ahead}}), now); got != test.want {
			t.Errorf("known %d, measured %d: %d, want %d", test.known, test.ahead, got, test.want)
		}
	}
	if got := clockOf(60, cesi.ProcessList{}, time.Unix(1, 0)); got != 60 {
		t.Errorf("without processes: %d", got)
	}
}

func TestNode_ProcessesInNumericOrder(t *testing.T) {
	p := &poller{fleet: New(Options{})}
	list, _ := p.assemble(cesi.NewProcessList([]cesi.Process{
		{ProcessID: cesi.ProcessID{Group: "w", Name: "w_10"}}, {ProcessID: cesi.ProcessID{Group: "g10", Name: "a"}},
		{ProcessID: cesi.ProcessID{Group: "w", Name: "w_2"}}, {ProcessID: cesi.ProcessID{Group: "g2", Name: "a"}},
	}))
	var got []string
	for _, p := range list {
		got = append(got, p.String())
	}
	if diff := cmp.Diff([]string{"g2:a", "g10:a", "w:w_2", "w:w_10"}, got); diff != "" {
		t.Error(diff)
	}
}
