// Package fleettest makes processes, nodes and snapshots for tests. No program imports
// it.
package fleettest

import (
	"fmt"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Scopes has a group on two nodes, of which one does not answer, and a third node.
func Scopes() *fleet.Snapshot {
	api := func(state cesi.State) []fleet.Process {
		return []fleet.Process{Process("api", "api_0", state, time.Hour), Process("api", "api_1", cesi.Running, time.Hour)}
	}
	return Snapshot(
		Node("web-1", "production", api(cesi.Fatal)...),
		Silenced(Node("web-2", "production", api(cesi.Running)...), cesi.CauseTimeout, "no answer", time.Minute),
		Node("批处理", "staging", Process("api", "api_1", cesi.Fatal, time.Hour), Process("工人", "a b/c", cesi.Stopped, time.Hour)),
	)
}

// Now is the time of the sample pages.
var Now = time.Date(2026, 11, 23, 2, 17, 31, 0, time.UTC)

// HostileNames are names that a supervisord, or its configuration, may have.
var HostileNames = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `a'b"c`, "evil\u202egnp.exe", "a b\tc", "../..",
	"50%?x=1&y=2#z", "工人", "very-long-" + fmt.Sprintf("%0300d", 7), "javascript:alert(1)",
}

// Process makes a process that has been in its state for the given time.
func Process(group, name string, state cesi.State, since time.Duration) fleet.Process {
	now := Now.Unix()
	began := now - int64(since/time.Second)
	p := cesi.Process{ProcessID: cesi.ProcessID{Group: group, Name: name}, State: state, Now: now, Start: began}
	switch state {
	case cesi.Running, cesi.Starting, cesi.Stopping:
		p.PID = 1000 + len(group)*37 + len(name)
	case cesi.Fatal:
		p.Stop, p.SpawnErr = began, "can't find command '/srv/pay/bin/worker'"
	case cesi.Backoff:
		p.SpawnErr = "Exited too quickly (process log may have details)"
	case cesi.Stopped, cesi.Exited:
		p.Start, p.Stop = began-3600, began
	}
	return fleet.Process{Process: p, Config: &cesi.ProcessConfig{ProcessID: p.ProcessID, Autostart: true}}
}

// Exit makes a process that ended with an unexpected status.
func Exit(group, name string, status int, since time.Duration) fleet.Process {
	p := Process(group, name, cesi.Exited, since)
	p.ExitStatus, p.SpawnErr = status, fmt.Sprintf("Bad exit code %d", status)
	return p
}

// Node makes a node that answers.
func Node(name, environment string, processes ...fleet.Process) *fleet.Node {
	n := &fleet.Node{
		Name: name, Address: "http://10.2.0." + fmt.Sprint(len(name)) + ":9001", Environments: []string{environment},
		Status: fleet.Up, Supervisor: cesi.SupervisorInfo{Version: "4.2.5", APIVersion: "3.0", Identification: "supervisor", PID: 1},
		LastContact: Now.Add(-800 * time.Millisecond), Latency: 3 * time.Millisecond, Processes: processes,
	}
	for _, p := range processes {
		n.Counts.Count(p.Process)
	}
	return n
}

// Silenced makes a node fail for the given time; it keeps its processes.
func Silenced(n *fleet.Node, cause cesi.Cause, message string, since time.Duration) *fleet.Node {
	n.Status = fleet.Down
	n.Failure = &fleet.Failure{Cause: cause, Message: cesi.Raw(message), Since: Now.Add(-since)}
	n.LastContact = Now.Add(-since - 2*time.Second)
	return n
}

// Snapshot makes a snapshot of nodes as the fleet does.
func Snapshot(nodes ...*fleet.Node) *fleet.Snapshot {
	s := &fleet.Snapshot{Version: 1, Nodes: nodes}
	members := make(map[string]int)
	for _, n := range nodes {
		for _, name := range n.Environments {
			i, found := members[name]
			if !found {
				i = len(s.Environments)
				members[name] = i
				s.Environments = append(s.Environments, cesi.Environment{Name: name})
			}
			s.Environments[i].Members = append(s.Environments[i].Members, n.Name)
		}
		switch n.Status {
		case fleet.Up:
			s.NodesUp++
			for _, p := range n.Processes {
				s.Counts.Count(p.Process)
			}
		case fleet.Down:
			s.NodesDown++
			s.Stale += len(n.Processes)
		}
	}
	return s
}
