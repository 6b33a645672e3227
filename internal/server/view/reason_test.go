package view

import (
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

func TestReasonOf_Texts(t *testing.T) {
	tests := []struct {
		process cesi.Process
		want    string
	}{
		{cesi.Process{State: cesi.Running}, ""},
		{cesi.Process{State: cesi.Stopped, Start: 1}, "stopped"},
		{cesi.Process{State: cesi.Fatal, SpawnErr: "can't find command 'x'"}, "can't find command 'x'"},
		{cesi.Process{State: cesi.Fatal, SpawnErr: "100%d\n"}, "100%d "},
		{cesi.Process{State: cesi.Backoff}, "exited too quickly"},
		{cesi.Process{State: cesi.Exited, ExitStatus: 3, SpawnErr: "Bad exit code 3"}, "exit status 3 (not expected)"},
		{cesi.Process{State: cesi.Exited}, "exit status 0 (expected)"},
		{cesi.Process{State: cesi.Exited, ExitStatus: -1, SpawnErr: "Terminated by SIGKILL"}, "ended by a signal"},
		{cesi.Process{State: cesi.Unknown}, "supervisord does not know its state"},
	}
	for _, test := range tests {
		if got := ReasonOf(fleet.Process{Process: test.process}).String(); got != test.want {
			t.Errorf("%v: %q, want %q", test.process.State, got, test.want)
		}
	}
}
