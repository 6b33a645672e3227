package server

import (
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// lasting is how long something has lasted, in words that browsers move on.
type lasting struct {
	Text  string
	Since int64 // when it began, ms since 1970 by our clock; 0: it stands still
}

// newLasting words what has lasted so long at the node's last answer. Of a node
// that does not answer, times stand still.
func newLasting(n *fleet.Node, d time.Duration) lasting {
	l := lasting{Text: cesi.HumanDuration(d)}
	if n.Status == fleet.Up {
		l.Since = n.LastContact.Add(-d).UnixMilli()
	}
	return l
}
