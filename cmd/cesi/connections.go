package main

import (
	"net/netip"
	"slices"
	"syscall"
	"time"

	"cesi/internal/config"
	"cesi/internal/conns"
)

const (
	// ownFiles is how many file descriptors are kept for the database, logs, the port,
	// name lookups and other single things.
	ownFiles = 64
	// nodeFiles is how many file descriptors are kept for each node: two polls,
	// commands, the follower of its main log, and logs with readers.
	nodeFiles = 8
	// mostConnections bounds the memory of connections, tens of KB each, if there are
	// more descriptors than that.
	mostConnections = 8192
	// fewConnections is the number below which the log warns of the limit of
	// descriptors.
	fewConnections = 64
)

// limitConnections makes the limiter of accepted connections.
func (a *app) limitConnections(conf *config.Config) {
	a.connections = conns.New(conns.Options{
		Exempt: func(peer netip.Addr) bool {
			return slices.ContainsFunc(a.conf.Load().TrustedProxies, func(p netip.Prefix) bool { return p.Contains(peer) })
		},
		Log: a.log.Logger, Now: time.Now,
	})
	a.budgetConnections(conf)
}

// budgetConnections gives the connections those file descriptors of this process that
// the nodes do not need. Go has raised the soft limit to the hard one at the start.
func (a *app) budgetConnections(conf *config.Config) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		a.log.Warn("the limit of file descriptors is unknown", "error", err)
		limit.Cur = 1024
	}
	total := connectionsOf(limit.Cur, len(conf.Nodes))
	if total < fewConnections {
		a.log.Warn("the limit of file descriptors (ulimit -n) is low for so many nodes: few browsers can connect at once",
			"limit", limit.Cur, "nodes", len(conf.Nodes), "wanted", ownFiles+nodeFiles*len(conf.Nodes)+4*fewConnections)
	}
	a.connections.SetTotal(total)
}

// connectionsOf returns how many connections there may be with that many descriptors
// and nodes. The nodes have priority; the result may be negative.
func connectionsOf(files uint64, nodes int) int {
	return min(int(min(files, 1<<20))-ownFiles-nodeFiles*nodes, mostConnections)
}
