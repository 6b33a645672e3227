package pages

import (
	"fmt"
	"net/url"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/fleet/fleettest"
	"cesi/internal/server/request"
	"cesi/internal/store"
)

// payNode is a node with a process in every state.
func payNode() *fleet.Node {
	n := fleettest.Node("pay-eu-2", "production",
		fleettest.Process("beat", "beat", cesi.Unknown, time.Hour),
		fleettest.Process("cesi", "cesi", cesi.Running, 33*24*time.Hour+4*time.Hour),
		fleettest.Exit("job", "import", 3, 70*time.Minute),
		fleettest.Process("job", "nightly", cesi.Exited, 26*time.Hour),
		fleettest.Process("ledger", "ledger", cesi.Running, 41*time.Minute),
		fleettest.Process("mail", "mail", cesi.Backoff, 40*time.Second),
		fleettest.Process("payments", "worker_01", cesi.Running, 6*24*time.Hour+2*time.Hour),
		fleettest.Process("payments", "worker_02", cesi.Running, 6*24*time.Hour+2*time.Hour),
		fleettest.Process("payments", "worker_03", cesi.Fatal, 2*time.Minute),
		fleettest.Process("payments", "worker_04", cesi.Starting, 2*time.Second),
		fleettest.Process("search", "indexer", cesi.Stopping, 3*time.Second),
		fleettest.Process("工人", "工人", cesi.Stopped, 8*time.Hour),
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
			list = append(list, fleettest.Process("api", fmt.Sprintf("worker_%02d", j), state, time.Duration(i*j+90)*time.Minute))
		}
		nodes = append(nodes, fleettest.Node(fmt.Sprintf("web-%02d", i+1), "production", list...))
	}
	nodes[6].Processes[3] = fleettest.Process("api", "worker_03", cesi.Fatal, 11*time.Minute)
	nodes[13].Processes[5] = fleettest.Process("api", "worker_05", cesi.Backoff, 40*time.Second)
	nodes[6], nodes[13] = fleettest.Node("web-07", "production", nodes[6].Processes...), fleettest.Node("web-14", "production", nodes[13].Processes...)
	connecting := fleettest.Node("new-1", "staging")
	connecting.Status, connecting.LastContact, connecting.Latency = fleet.Connecting, time.Time{}, 0
	connecting.Supervisor = cesi.SupervisorInfo{}
	never := fleettest.Silenced(fleettest.Node("批处理-2", "staging"), cesi.CauseUnauthorized, "It wants another user or password: check username and password.", time.Hour)
	never.LastContact, never.Supervisor = time.Time{}, cesi.SupervisorInfo{}
	return fleettest.Snapshot(append(nodes,
		payNode(),
		fleettest.Silenced(fleettest.Node("db-eu-1", "production", fleettest.Process("pg", "pg", cesi.Running, time.Hour), fleettest.Process("pgbouncer", "pgbouncer", cesi.Running, time.Hour)),
			cesi.CauseTimeout, "It took the connection, but did not answer in time: supervisord may be stuck or overloaded.", 6*time.Minute),
		never, connecting,
		fleettest.Node("batch-1", "staging", fleettest.Exit("report", "nightly", 3, time.Hour), fleettest.Process("report", "weekly", cesi.Exited, time.Hour)),
		fleettest.Node("idle-1", "staging"),
	)...)
}

// hostileNode is a node that is named, and whose processes are named, with
// malice.
func hostileNode(name string) *fleet.Node {
	var list []fleet.Process
	for _, evil := range fleettest.HostileNames {
		p := fleettest.Process(evil, evil, cesi.Fatal, time.Minute)
		p.SpawnErr = evil
		list = append(list, p)
	}
	n := fleettest.Node(name, name, list...)
	n.Address, n.Supervisor.Version, n.Supervisor.Identification = name, name, name
	return n
}

// sampleActivityQuery reads the query of a page of the activity log.
func sampleActivityQuery(query string) request.ActivityQuery {
	values, err := url.ParseQuery(query)
	if err != nil {
		panic(err)
	}
	q, err := request.ParseActivityQuery(values, fleettest.Now.Location())
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
	at := func(ago time.Duration) time.Time { return fleettest.Now.Add(-ago) }
	entry := func(id cesi.ActivityID, ago time.Duration, user string, action cesi.Action, node, target string, result cesi.Result, took time.Duration, message string) cesi.Activity {
		return cesi.Activity{
			ID: id, Time: at(ago), User: user, Address: "10.9.0.4", Action: action, Node: node, Target: target,
			Result: result, Duration: took, Message: cesi.Raw(message), Count: 1,
		}
	}
	bulk := lineOf(entry(90, 5*time.Second, "lin", cesi.ActionRestart, "pay-eu-2", "payments:*", cesi.Partial, 4100*time.Millisecond, "3 ok, 1 failed"))
	for i := range 4 {
		child := entry(cesi.ActivityID(91+i), 5*time.Second, "lin", cesi.ActionRestart, "pay-eu-2", fmt.Sprintf("payments:worker_%02d", i+1), cesi.OK, 2*time.Second, "")
		if i == 2 {
			child.Result, child.Message = cesi.Failed, cesi.Raw("can't find command '/srv/pay/bin/worker'")
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
