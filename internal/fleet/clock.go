package fleet

import (
	"time"

	"cesi/internal/cesi"
)

// clockTolerance is how far, in seconds, a node's clock has to be from where it
// was thought to be before that is corrected. Each poll measures the difference
// with an error of a second and its own latency; times corrected by that would
// change order with nothing changing.
const clockTolerance = 3

// clockOf returns how many seconds the node's clock is ahead of ours, by an
// answer that came at now; known is what was thought so far, 0 at first.
func clockOf(known int64, processes []cesi.Process, now time.Time) int64 {
	if len(processes) == 0 {
		return known
	}
	ahead := processes[0].Now - now.Unix()
	if max(ahead-known, known-ahead) <= clockTolerance {
		return known
	}
	return ahead
}

// ours turns a time by the node's clock, in seconds since 1970, into one by our
// clock, so that times of several nodes can be compared. 0, which is never, stays.
func (n *Node) ours(seconds int64) int64 {
	if seconds == 0 {
		return 0
	}
	return seconds - n.clock
}
