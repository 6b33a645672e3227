package fleet

import (
	"time"

	"cesi/internal/cesi"
)

// clockTolerance is by how many seconds a node's clock must differ from the known
// offset before the offset is corrected. Each poll measures it with an error of a
// second plus its latency; with offsets corrected each time, sorted times would change
// their order although nothing happened.
const clockTolerance = 3

// clockOf returns by how many seconds the node's clock is ahead of ours, from an answer
// that came at now. Known is the offset so far, 0 at first.
func clockOf(known int64, processes cesi.ProcessList, now time.Time) int64 {
	if processes.Len() == 0 {
		return known
	}
	ahead := processes.Now() - now.Unix()
	if max(ahead-known, known-ahead) <= clockTolerance {
		return known
	}
	return ahead
}

// ours turns a time of the node's clock, in seconds since 1970, into one of our clock,
// so that times of several nodes can be compared. 0, which means never, stays 0.
func (n *Node) ours(seconds int64) int64 {
	if seconds == 0 {
		return 0
	}
	return seconds - n.clock
}
