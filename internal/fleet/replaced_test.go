package fleet

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// placed is a client that only has an address.
type placed struct {
	Client
	at string
}

func (p placed) Peer() string { return p.at }

func TestReplaced_DiffersFromRestart(t *testing.T) {
	const contact, polled = 10_000, 10_060
	old := cesi.SupervisorInfo{Identification: "supervisor", PID: 400}
	at := func(name string, start int64, pid int) cesi.Process {
		return cesi.Process{ProcessID: cesi.ProcessID{Group: name, Name: name}, Start: start, PID: pid, Now: polled}
	}
	before := []cesi.Process{at("a", 5000, 401), at("b", 5001, 402)}
	tests := []struct {
		name string
		info cesi.SupervisorInfo
		to   string
		now  []cesi.Process
		want bool
	}{
		{"nothing changed", old, "10.0.0.1:9001", before, false},
		{"a process was restarted", old, "10.0.0.1:9001", []cesi.Process{at("a", 10_050, 700), before[1]}, false},
		{"all were restarted", old, "10.0.0.1:9001", []cesi.Process{at("a", 10_050, 700), at("b", 10_050, 701)}, false},
		{"supervisord was restarted", cesi.SupervisorInfo{Identification: "supervisor", PID: 800}, "10.0.0.1:9001",
			[]cesi.Process{at("a", 10_050, 801), at("b", 10_050, 802)}, false},
		{"all were removed", old, "10.0.0.1:9001", nil, false},
		{"the same machine has another address", old, "10.0.0.2:9001", before, false},
		{"the name moved to a machine that has run for long", cesi.SupervisorInfo{Identification: "supervisor", PID: 400}, "10.0.0.2:9001",
			[]cesi.Process{at("a", 4000, 401), at("b", 4000, 402)}, true},
		{"the name moved to a machine that has just started", cesi.SupervisorInfo{Identification: "supervisor", PID: 400}, "10.0.0.2:9001",
			[]cesi.Process{at("a", 10_050, 401), at("b", 10_051, 402)}, true},
		{"another machine took over the address", cesi.SupervisorInfo{Identification: "supervisor", PID: 90}, "10.0.0.1:9001",
			[]cesi.Process{at("a", 4000, 91)}, true},
		{"another supervisord with a name of its own", cesi.SupervisorInfo{Identification: "green", PID: 400}, "10.0.0.1:9001",
			[]cesi.Process{at("a", 10_050, 401)}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			p := &poller{name: "n", fleet: New(Options{Log: slog.New(slog.NewTextHandler(&log, nil))}), client: placed{at: test.to}, met: "10.0.0.1:9001"}
			known := &Node{Name: "n", LastContact: time.Unix(contact, 0), Supervisor: old}
			known.Processes, _ = p.assemble(cesi.NewProcessList(before))
			p.info = test.info
			got := p.notice(known, cesi.NewProcessList(test.now), time.Unix(polled, 0))
			if (got != nil) != test.want || strings.Contains(log.String(), "another machine") != test.want {
				t.Errorf("got %+v, want %v; log: %s", got, test.want, &log)
			}
			if got != nil && (got.From != "10.0.0.1:9001" || got.To != test.to || got.Since.Unix() != polled) {
				t.Errorf("it says %+v", got)
			}
			if p.met != test.to {
				t.Errorf("it remembers %s", p.met)
			}
		})
	}
	p := &poller{name: "n", fleet: New(Options{Log: slog.New(slog.DiscardHandler)}), client: placed{at: "10.0.0.1:9001"}}
	if got := p.notice(&Node{Name: "n"}, cesi.NewProcessList(before), time.Unix(polled, 0)); got != nil {
		t.Errorf("the first answer: %+v", got)
	}
}
