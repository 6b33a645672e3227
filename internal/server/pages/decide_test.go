package pages

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// TestDecide_Table lists what happens to each kind of command.
func TestDecide_Table(t *testing.T) {
	one := fleet.Preview{Hit: make([]fleet.Ref, 1)}
	many := fleet.Preview{Hit: make([]fleet.Ref, 2)}
	self := fleet.Preview{Hit: one.Hit, Self: "cesi:cesi"}
	shutdown := fleet.Preview{TypedNode: "n"}
	const onNode, onFleet, shared = "/nodes/n/x", request.FleetCommand, "/command?a"
	for _, test := range []struct {
		name      string
		role      cesi.Role // zero: admin
		action    cesi.Action
		post      string
		preview   fleet.Preview
		typed     string
		confirmed bool
		want      decision
		problem   string
		kind      cesi.Kind // of a refusal
	}{
		{name: "a start", action: cesi.ActionStart, preview: one, want: sendNow},
		{name: "starts of many", action: cesi.ActionStart, preview: many, want: sendNow},
		{name: "starts of many by hand", action: cesi.ActionStart, preview: fleet.Preview{Hit: many.Hit, Manual: many.Hit}, want: ask},
		{name: "a start on the fleet", action: cesi.ActionStart, post: onFleet, preview: one, want: ask},
		{name: "a stop", action: cesi.ActionStop, preview: one, want: sendNow},
		{name: "stops of many", action: cesi.ActionStop, preview: many, want: ask},
		{name: "confirmed stops of many", action: cesi.ActionStop, preview: many, confirmed: true, want: sendNow},
		{name: "a shared question", action: cesi.ActionStop, post: shared, preview: many, want: askAt},
		{name: "a stop of itself", action: cesi.ActionStop, preview: self, want: ask},
		{name: "a stop of itself, not typed", action: cesi.ActionStop, preview: self, confirmed: true, want: ask, problem: "Type cesi:cesi to stop it."},
		{name: "a stop of itself, typed", action: cesi.ActionStop, preview: self, typed: "cesi:cesi", confirmed: true, want: sendNow},
		{name: "a restart of many", action: cesi.ActionRestart, preview: many, want: ask},
		{name: "a signal", action: cesi.ActionSignal, preview: one, want: sendNow},
		{name: "signals to many", action: cesi.ActionSignal, preview: many, want: ask},
		{name: "a text", action: cesi.ActionStdin, preview: one, want: sendNow},
		{name: "clearing logs", action: cesi.ActionClearLogs, preview: one, want: ask},
		{name: "clearing logs by an operator", role: cesi.Operator, action: cesi.ActionClearLogs, preview: one, kind: cesi.Forbidden},
		{name: "a start by a viewer", role: cesi.Viewer, action: cesi.ActionStart, preview: one, kind: cesi.Forbidden},
		{name: "an update", action: cesi.ActionUpdate, want: sendNow},
		{name: "an update that ends it", action: cesi.ActionUpdate, preview: self, confirmed: true, kind: cesi.Conflict},
		{name: "an added group", action: cesi.ActionAddGroup, want: sendNow},
		{name: "a removed group", action: cesi.ActionRemoveGroup, want: ask},
		{name: "a reload", action: cesi.ActionReload, want: ask},
		{name: "a confirmed reload", action: cesi.ActionReload, confirmed: true, want: sendNow},
		{name: "a reload by an operator", role: cesi.Operator, action: cesi.ActionReload, kind: cesi.Forbidden},
		{name: "a shutdown", action: cesi.ActionShutdown, preview: shutdown, want: ask},
		{
			name: "a shutdown, the node not typed", action: cesi.ActionShutdown, preview: shutdown, confirmed: true, want: ask,
			problem: "a shutdown can't be undone from here: confirm by naming the node, n",
		},
		{name: "a shutdown, typed", action: cesi.ActionShutdown, preview: shutdown, typed: "n", confirmed: true, want: sendNow},
		{name: "clearing the main log", action: cesi.ActionClearMainLog, want: ask},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := request.Command{Post: onNode}
			c.Action, c.ConfirmSelf, c.ConfirmNode = test.action, test.typed, test.typed
			switch test.post {
			case onFleet:
				c.Post = onFleet
			case shared:
				c.Post, c.Question = onFleet, shared
			}
			got, problem, err := decide(test.role, c, test.preview, test.confirmed)
			if err != nil || test.kind != cesi.Internal {
				if cesi.KindOf(err) != test.kind {
					t.Fatalf("it is refused with %v", err)
				}
				return
			}
			if got != test.want || problem.String() != test.problem {
				t.Errorf("decided %d %q, want %d %q", got, problem, test.want, test.problem)
			}
		})
	}
}

// TestActions_EveryCommandHasItsRule checks the table of actions.
func TestActions_EveryCommandHasItsRule(t *testing.T) {
	for _, action := range cesi.Actions() {
		rule := action.Rule()
		if action.IsCommand() != (rule.Permission == cesi.ControlProcesses || rule.Permission == cesi.ControlDaemon) {
			t.Errorf("%s: %+v", action, rule)
		}
		if rule.TypesNode && rule.Asks != cesi.AsksAlways {
			t.Errorf("%s wants a name typed, but asks nothing", action)
		}
	}
}
