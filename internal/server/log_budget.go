package server

import (
	"sync"
	"time"
)

// logsPerMinute bounds the lines a minute that requests of one sort can cause in the
// program's log without a login.
const logsPerMinute = 30

// logBudget bounds the lines that requests without a login cause in the program's log.
type logBudget struct {
	mu       sync.Mutex
	since    time.Time
	count    int
	withheld int
}

// take reports whether a line may be logged now, and how many were left out before it.
func (b *logBudget) take(now time.Time) (withheld int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.since) >= time.Minute {
		b.since, b.count = now, 0
	}
	if b.count++; b.count > logsPerMinute {
		b.withheld++
		return 0, false
	}
	withheld, b.withheld = b.withheld, 0
	return withheld, true
}
