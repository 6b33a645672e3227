package server

import (
	"sync"
	"time"
)

// logsPerMinute is how many lines a minute strangers can have written to the
// program's log by one sort of request.
const logsPerMinute = 30

// logBudget bounds how much strangers can have written to the program's log.
type logBudget struct {
	mu       sync.Mutex
	since    time.Time
	count    int
	withheld int
}

// take reports whether a line may be written now, and how many were not before it.
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
