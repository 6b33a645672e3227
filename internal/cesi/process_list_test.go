package cesi_test

import (
	"fmt"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestProcess_DescribeAsSupervisord(t *testing.T) {
	for _, test := range []struct {
		pid        int
		start, now int64
		want       string
	}{
		{42, 100, 100, "pid 42, uptime 0:00:00"},
		{42, 100, 105, "pid 42, uptime 0:00:05"},
		{42, 100, 100 + 3661, "pid 42, uptime 1:01:01"},
		{42, 100, 100 + 86_399, "pid 42, uptime 23:59:59"},
		{42, 100, 100 + 86_400, "pid 42, uptime 1 day, 0:00:00"},
		{42, 100, 100 + 2*86_400 + 36_010, "pid 42, uptime 2 days, 10:00:10"},
		{42, 0, 1_763_884_800, "pid 42, uptime 20415 days, 8:00:00"},
		{42, 100, 90, "pid 42, uptime 0:00:00"},
		{0, 0, 0, "pid 0, uptime 0:00:00"},
	} {
		p := cesi.Process{PID: test.pid, Start: test.start, Now: test.now, DescribedByUptime: true}
		if got := p.Describe(); got != test.want || !p.IsUptime([]byte(test.want)) || p.IsUptime([]byte(test.want+"0")) || p.IsUptime(nil) {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
	if got := (cesi.Process{Description: "Not started", PID: 1}).Describe(); got != "Not started" {
		t.Errorf("got %q", got)
	}
}

func TestProcessListBuilder_KeepsWhatIsKnown(t *testing.T) {
	at := func(now int64, names ...string) (list []cesi.Process) {
		for i, name := range names {
			list = append(list, cesi.Process{ProcessID: cesi.ProcessID{Group: "g", Name: name}, Now: now + int64(i/2)})
		}
		return list
	}
	for _, test := range []struct {
		known, next []cesi.Process
		allocations float64
	}{
		{nil, nil, 0},
		{at(1, "a", "b", "c"), nil, 0},
		{at(1, "a", "b", "c"), at(1, "a", "b", "c"), 0},
		{at(1, "a", "b", "c"), at(9, "a", "b", "c"), 0},
		{at(9, "a", "b", "c"), at(1, "a", "b", "c"), 0},
		{at(1, "a", "b", "c"), at(9, "a", "b"), 1},
		{at(1, "a", "b", "c"), at(9, "a", "b", "d"), 1},
		{at(1, "a", "b", "c"), at(9, "b", "b", "c"), 1},
		{at(1, "a", "b", "c"), at(1, "d"), 2},
		{nil, at(1, "a"), 1},
	} {
		t.Run(fmt.Sprint(len(test.known), len(test.next)), func(t *testing.T) {
			known := cesi.NewProcessList(test.known)
			var list cesi.ProcessList
			allocations := testing.AllocsPerRun(10, func() {
				b := cesi.ProcessListBuilder{Known: known}
				for _, p := range test.next {
					b.Add(p)
				}
				list = b.List()
			})
			if allocations != test.allocations {
				t.Errorf("%v allocations, want %v", allocations, test.allocations)
			}
			if diff := cmp.Diff(append([]cesi.Process{}, test.next...), list.Slice()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(append([]cesi.Process{}, test.known...), known.Slice()); diff != "" {
				t.Errorf("the known list has changed: %s", diff)
			}
			if len(test.next) > 0 && list.Now() != test.next[0].Now {
				t.Errorf("it is of %d", list.Now())
			}
		})
	}
}
