package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	tick       = time.Second // how often Run checks the database and the mirror
	maxBackOff = 5           // ticks between two tries of a failing database
	drainPause = tick / 10   // between two tries of Drain
	dropEvery  = 60          // ticks between two checks for lines that no mirror needs
)

// Run stores waiting entries until ctx ends, at growing intervals while the database
// fails, and writes the entries of other programs to the mirror. Only the server runs
// it, because the mirror has one writer.
func (j *Journal) Run(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	backOff, rest := 1, 1
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		j.lookForFile()
		if rest--; rest <= 0 {
			backOff = j.retry(ctx, backOff)
			rest = backOff
		}
		j.mirror.begin(n%dropEvery == 0)
	}
}

// lookForFile records, and logs once, that the database's file is gone or back.
func (j *Journal) lookForFile() {
	gone := j.db.Gone()
	j.mu.Lock()
	defer j.mu.Unlock()
	switch {
	case gone != nil && j.gone == nil:
		j.log.Error("the database's file is not the one that CeSI opened", "database", j.db.file.path, "cause", gone)
		if j.failure == nil {
			j.since = j.db.now()
		}
	case gone == nil && j.gone != nil:
		j.log.Info("the database's file is back", "database", j.db.file.path)
		if j.failure == nil {
			j.since = time.Time{}
		}
	}
	j.gone = gone
}

// retry tries to store the waiting entries, and returns after how many ticks to try
// again.
func (j *Journal) retry(ctx context.Context, backOff int) int {
	if _, waiting, _ := j.Degraded(); waiting == 0 {
		return 1
	}
	select {
	case <-j.writes.kick():
	case <-ctx.Done():
	}
	if _, _, failure := j.Degraded(); failure == nil {
		return 1
	}
	return min(backOff*2, maxBackOff)
}

// SetMirror makes the file at path the text mirror; "" means none. A mirror that can't
// be written is logged and tried again, and is no failure.
func (j *Journal) SetMirror(path string) {
	j.mirror.setPath(path)
}

// Drain tries to store the waiting entries until all are stored or ctx ends, and writes
// the mirror. The error says how many entries are only in the log. Call it when nothing
// more is written.
func (j *Journal) Drain(ctx context.Context) error {
	err := j.storeAll(ctx)
	j.mirror.close(ctx)
	return err
}

func (j *Journal) storeAll(ctx context.Context) error {
	pause := time.NewTicker(drainPause)
	defer pause.Stop()
	for _, waiting, cause := j.Degraded(); waiting > 0; _, waiting, cause = j.Degraded() {
		if ctx.Err() != nil {
			return fmt.Errorf("%d activity entries could not be stored and are in the log only: %w", waiting, errors.Join(ctx.Err(), cause))
		}
		select {
		case <-j.writes.kick():
		case <-ctx.Done():
			continue
		}
		if _, _, failure := j.Degraded(); failure == nil {
			continue
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
		}
	}
	return nil
}
