package fleet_test

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

func TestLedger_EntryOfCommandOnMany(t *testing.T) {
	t.Parallel()
	programs := "[program:web]\ncommand = tail -f /dev/null\nautostart = false\n[program:api]\ncommand = tail -f /dev/null\nautostart = false\n"
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{s.Node("n"), s.Node("m")}})
	on := func(node, group, name string) fleet.Target { return fleet.Target{Node: node, Group: group, Name: name} }
	for _, test := range []struct {
		targets      []fleet.Target
		node, target string
	}{
		{[]fleet.Target{on("n", "web", "")}, "n", "web:*"},
		{[]fleet.Target{on("n", "web", ""), on("m", "web", "")}, "", "web:*"},
		{[]fleet.Target{on("n", "web", "web"), on("m", "web", "web")}, "", "web:web"},
		{[]fleet.Target{on("n", "web", ""), on("n", "api", "")}, "n", "2 targets"},
		{[]fleet.Target{on("n", "", ""), on("m", "", "")}, "", "2 targets"}, // "*" would be everything
	} {
		t.Run(test.node, func(t *testing.T) {
			h.send(operator, fleet.Command{Action: cesi.ActionStop, Targets: test.targets})
			var last cesi.Activity
			for _, e := range h.journal.all() {
				if e.Parent == 0 {
					last = e
				}
			}
			if last.Node != test.node || last.Target != test.target {
				t.Errorf("%v: the entry names %q on %q, want %q on %q", test.targets, last.Target, last.Node, test.target, test.node)
			}
		})
	}
}
