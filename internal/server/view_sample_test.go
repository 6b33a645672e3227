package server

import (
	"fmt"
	"net/url"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/store"
	"cesi/internal/words"
	"cesi/web"
)

// sampleNow is when the sample pages are drawn.
var sampleNow = time.Date(2026, 11, 23, 2, 17, 31, 0, time.UTC)

// hostileNames are what a supervisord, or whoever configures one, may call
// things.
var hostileNames = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `a'b"c`, "evil\u202egnp.exe", "a b\tc", "../..",
	"50%?x=1&y=2#z", "工人", "very-long-" + fmt.Sprintf("%0300d", 7), "javascript:alert(1)",
}

// english speaks English with its plurals.
func english() *words.Speaker {
	book, err := words.New(web.Locales())
	if err != nil {
		panic(err)
	}
	return book.Choose("en")
}

// sampleProcess makes a process that has been in its state for the given time.
func sampleProcess(group, name string, state cesi.State, since time.Duration) fleet.Process {
	now := sampleNow.Unix()
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

// sampleExit makes a process that ended with a status that is not expected.
func sampleExit(group, name string, status int, since time.Duration) fleet.Process {
	p := sampleProcess(group, name, cesi.Exited, since)
	p.ExitStatus, p.SpawnErr = status, fmt.Sprintf("Bad exit code %d", status)
	return p
}

// sampleNode makes a node that answers.
func sampleNode(name, environment string, processes ...fleet.Process) *fleet.Node {
	n := &fleet.Node{
		Name: name, Address: "http://10.2.0." + fmt.Sprint(len(name)) + ":9001", Environments: []string{environment},
		Status: fleet.Up, Supervisor: cesi.SupervisorInfo{Version: "4.2.5", APIVersion: "3.0", Identification: "supervisor", PID: 1},
		LastContact: sampleNow.Add(-800 * time.Millisecond), Latency: 3 * time.Millisecond, Processes: processes,
	}
	for _, p := range processes {
		countState(&n.Counts, p.Process)
	}
	return n
}

// countState does for the tests what the fleet does for itself.
func countState(c *fleet.Counts, p cesi.Process) {
	c.Total++
	for state, field := range map[cesi.State]*int{
		cesi.Stopped: &c.Stopped, cesi.Starting: &c.Starting, cesi.Running: &c.Running, cesi.Backoff: &c.Backoff,
		cesi.Stopping: &c.Stopping, cesi.Exited: &c.Exited, cesi.Fatal: &c.Fatal, cesi.Unknown: &c.Unknown,
	} {
		if p.State == state {
			*field++
		}
	}
	if p.Severity() > 0 {
		c.Bad++
	}
}

// silenced makes a node fail since the given time; it keeps its processes.
func silenced(n *fleet.Node, cause cesi.Cause, message string, since time.Duration) *fleet.Node {
	n.Status = fleet.Down
	n.Failure = &fleet.Failure{Cause: cause, Message: message, Since: sampleNow.Add(-since)}
	n.LastContact = sampleNow.Add(-since - 2*time.Second)
	return n
}

// sampleSnapshot puts nodes together as the fleet does.
func sampleSnapshot(nodes ...*fleet.Node) *fleet.Snapshot {
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
				countState(&s.Counts, p.Process)
			}
		case fleet.Down:
			s.NodesDown++
			s.Stale += len(n.Processes)
		}
	}
	return s
}

// payNode is a node with a process in every state.
func payNode() *fleet.Node {
	n := sampleNode("pay-eu-2", "production",
		sampleProcess("beat", "beat", cesi.Unknown, time.Hour),
		sampleProcess("cesi", "cesi", cesi.Running, 33*24*time.Hour+4*time.Hour),
		sampleExit("job", "import", 3, 70*time.Minute),
		sampleProcess("job", "nightly", cesi.Exited, 26*time.Hour),
		sampleProcess("ledger", "ledger", cesi.Running, 41*time.Minute),
		sampleProcess("mail", "mail", cesi.Backoff, 40*time.Second),
		sampleProcess("payments", "worker_01", cesi.Running, 6*24*time.Hour+2*time.Hour),
		sampleProcess("payments", "worker_02", cesi.Running, 6*24*time.Hour+2*time.Hour),
		sampleProcess("payments", "worker_03", cesi.Fatal, 2*time.Minute),
		sampleProcess("payments", "worker_04", cesi.Starting, 2*time.Second),
		sampleProcess("search", "indexer", cesi.Stopping, 3*time.Second),
		sampleProcess("工人", "工人", cesi.Stopped, 8*time.Hour),
	)
	n.Processes[1].Self = true
	return n
}

// sampleFleet is a fleet of 60 nodes with everything that can be seen.
func sampleFleet() *fleet.Snapshot {
	nodes := make([]*fleet.Node, 0, 60)
	for i := range 54 {
		var list []fleet.Process
		for j := range 8 + i*7%16 {
			state := cesi.Running
			switch (i*31 + j*17) % 97 {
			case 5, 6:
				state = cesi.Stopped
			case 50:
				state = cesi.Starting
			}
			list = append(list, sampleProcess("api", fmt.Sprintf("worker_%02d", j), state, time.Duration(i*j+90)*time.Minute))
		}
		nodes = append(nodes, sampleNode(fmt.Sprintf("web-%02d", i+1), "production", list...))
	}
	nodes[6].Processes[3] = sampleProcess("api", "worker_03", cesi.Fatal, 11*time.Minute)
	nodes[13].Processes[5] = sampleProcess("api", "worker_05", cesi.Backoff, 40*time.Second)
	nodes[6], nodes[13] = sampleNode("web-07", "production", nodes[6].Processes...), sampleNode("web-14", "production", nodes[13].Processes...)
	connecting := sampleNode("new-1", "staging")
	connecting.Status, connecting.LastContact, connecting.Latency = fleet.Connecting, time.Time{}, 0
	connecting.Supervisor = cesi.SupervisorInfo{}
	never := silenced(sampleNode("批处理-2", "staging"), cesi.CauseUnauthorized, "It wants another user or password: check username and password.", time.Hour)
	never.LastContact, never.Supervisor = time.Time{}, cesi.SupervisorInfo{}
	return sampleSnapshot(append(nodes,
		payNode(),
		silenced(sampleNode("db-eu-1", "production", sampleProcess("pg", "pg", cesi.Running, time.Hour), sampleProcess("pgbouncer", "pgbouncer", cesi.Running, time.Hour)),
			cesi.CauseTimeout, "It took the connection, but did not answer in time: supervisord may be stuck or overloaded.", 6*time.Minute),
		never, connecting,
		sampleNode("batch-1", "staging", sampleExit("report", "nightly", 3, time.Hour), sampleProcess("report", "weekly", cesi.Exited, time.Hour)),
		sampleNode("idle-1", "staging"),
	)...)
}

// hostileNode is a node that is named, and whose processes are named, with
// malice.
func hostileNode(name string) *fleet.Node {
	var list []fleet.Process
	for _, evil := range hostileNames {
		p := sampleProcess(evil, evil, cesi.Fatal, time.Minute)
		p.SpawnErr = evil
		list = append(list, p)
	}
	n := sampleNode(name, name, list...)
	n.Address, n.Supervisor.Version, n.Supervisor.Identification = name, name, name
	return n
}

// sampleActivityQuery reads the query of a page of the activity log.
func sampleActivityQuery(query string) activityQuery {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	q, err := activityQueryOf(values, sampleNow.Location())
	if err != nil {
		panic(err)
	}
	return q
}

// lineOf is an entry with all its targets.
func lineOf(entry cesi.Activity, targets ...cesi.Activity) store.ActivityLine {
	return store.ActivityLine{Entry: entry, Targets: targets, Chosen: len(targets), Total: len(targets)}
}

// sampleActivity has an entry of every kind.
func sampleActivity() []store.ActivityLine {
	at := func(ago time.Duration) time.Time { return sampleNow.Add(-ago) }
	entry := func(id cesi.ActivityID, ago time.Duration, user string, action cesi.Action, node, target string, result cesi.Result, took time.Duration, message string) cesi.Activity {
		return cesi.Activity{
			ID: id, Time: at(ago), User: user, Address: "10.9.0.4", Action: action, Node: node, Target: target,
			Result: result, Duration: took, Message: message, Count: 1,
		}
	}
	bulk := lineOf(entry(90, 5*time.Second, "lin", cesi.ActionRestart, "pay-eu-2", "payments:*", cesi.Partial, 4100*time.Millisecond, "3 ok, 1 failed"))
	for i := range 4 {
		child := entry(cesi.ActivityID(91+i), 5*time.Second, "lin", cesi.ActionRestart, "pay-eu-2", fmt.Sprintf("payments:worker_%02d", i+1), cesi.OK, 2*time.Second, "")
		if i == 2 {
			child.Result, child.Message = cesi.Failed, "can't find command '/srv/pay/bin/worker'"
		}
		bulk.Targets = append(bulk.Targets, child)
	}
	bulk.Chosen, bulk.Total = 4, 4
	flood := entry(80, time.Hour, "root", cesi.ActionLoginFailed, "", "", cesi.Failed, 0, "wrong username or password")
	flood.Count = 37
	local := entry(70, 30*time.Hour, "cli:root", cesi.ActionUserAdd, "", "maria", cesi.OK, 0, "role operator")
	local.Address = ""
	return []store.ActivityLine{
		bulk,
		{Entry: entry(89, 40*time.Second, "admin", cesi.ActionStop, "web-07", "api:worker_03", cesi.Pending, 0, "")},
		{Entry: entry(88, 7*time.Minute, "maria", cesi.ActionStop, "batch-1", "report:nightly", cesi.OK, 1200*time.Millisecond, "")},
		{Entry: entry(87, 9*time.Minute, "maria", cesi.ActionRestart, "db-eu-1", "*", cesi.Failed, 5*time.Second, "no answer within 5 s")},
		{Entry: entry(86, 20*time.Minute, "lin", cesi.ActionStop, "web-01", "api:worker_00", cesi.UnknownEnd, 5*time.Minute, "stopped: unknown, not started")},
		{Entry: entry(85, 50*time.Minute, "maria", cesi.ActionLogin, "", "maria", cesi.OK, 871*time.Millisecond, "")},
		{Entry: flood},
		{Entry: local},
	}
}
