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
	// ownFiles is how many file descriptors are kept for the database, logs, the
	// port, name look-ups and what else there is once.
	ownFiles = 64
	// nodeFiles is how many are kept for each node: two polls, commands, the one
	// that follows its main log, and the logs that people read.
	nodeFiles = 8
	// mostConnections bounds the memory that connections take where descriptors
	// do not: tens of KB each.
	mostConnections = 8192
	// fewConnections is below what the log warns of the limit of descriptors.
	fewConnections = 64
)

// limitConnections makes the limiter of the connections that are accepted.
func (a *app) limitConnections(conf *config.Config) {
	a.connections = conns.New(conns.Options{
		Exempt: func(peer netip.Addr) bool {
			return slices.ContainsFunc(a.conf.Load().TrustedProxies, func(p netip.Prefix) bool { return p.Contains(peer) })
		},
		Log: a.log.Logger, Now: time.Now,
	})
	a.budgetConnections(conf)
}

// budgetConnections gives the connections what the nodes leave of this process's
// file descriptors. Go has raised their soft limit to the hard one at the start.
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

// connectionsOf is how many connections there may be with so many descriptors and
// nodes. The nodes come first; it may be negative.
func connectionsOf(files uint64, nodes int) int {
	return min(int(min(files, 1<<20))-ownFiles-nodeFiles*nodes, mostConnections)
}
