package fleet_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor"
)

// rival is a node on which another client starts a process again as soon as it is
// stopped, before supervisord has seen it down: then supervisord never answers the
// stop.
type rival struct {
	fleet.Client
	again cesi.ProcessID
}

func (c *rival) BeginStop(ctx context.Context, id cesi.ProcessID) error {
	if err := c.Client.BeginStop(ctx, id); err != nil || id != c.again {
		return err
	}
	for {
		if p, err := c.Process(ctx, c.again); err != nil || p.State != cesi.Stopping {
			return c.StartProcess(ctx, c.again)
		}
	}
}

const rivalPrograms = `
[program:web]
command = tail -f /dev/null
process_name = %(program_name)s_%(process_num)d
numprocs = 2
startsecs = 0
`

func TestRespawn_RestartedByOthersEndsCommand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command fleet.Command
		want    map[string]cesi.Result
		says    string
	}{
		"restart": {fleet.Command{Action: cesi.ActionRestart, Targets: []fleet.Target{{Node: "n", Group: "web", Name: "web_0"}}},
			map[string]cesi.Result{"web:web_0": cesi.OK}, "it was started again by someone else"},
		"stop": {fleet.Command{Action: cesi.ActionStop, Targets: []fleet.Target{{Node: "n", Group: "web", Name: "web_0"}}},
			map[string]cesi.Result{"web:web_0": cesi.Failed}, "it was stopped, but started again by someone else"},
		"restart of the group": {fleet.Command{Action: cesi.ActionRestart, Targets: []fleet.Target{{Node: "n", Group: "web"}}},
			map[string]cesi.Result{"web:web_0": cesi.OK, "web:web_1": cesi.OK}, "it was started again by someone else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := start(t, rivalPrograms, func(o *fleet.Options) {
				o.Dial = func(n cesi.Node) (fleet.Client, error) {
					c, err := supervisor.New(n)
					return &rival{c, cesi.ProcessID{Group: "web", Name: "web_0"}}, err
				}
			})
			h.waitState("web:web_0", cesi.Running)
			h.waitState("web:web_1", cesi.Running)
			before := s.ProcessPID("web:web_0")
			began := time.Now()
			r := h.send(operator, test.command)
			if took := time.Since(began); took > 15*time.Second { // of the 30 s that an action may take
				t.Errorf("it took %s", took)
			}
			for process, want := range test.want {
				if got := results(r)[process]; got != want {
					t.Errorf("%s: %s, want %s", process, got, want)
				}
			}
			if !slices.ContainsFunc(r.Outcomes, func(o fleet.Outcome) bool { return strings.Contains(o.Message.String(), test.says) }) {
				t.Errorf("nothing says %q: %+v", test.says, r.Outcomes)
			}
			if after := s.ProcessPID("web:web_0"); after == before {
				t.Error("the program was not stopped")
			}
		})
	}
}
