package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	tick       = time.Second // how often Run looks after the database and the mirror
	maxBackOff = 5           // ticks between two tries of a database that fails
	drainPause = tick / 10   // between two tries of Drain
	dropEvery  = 60          // ticks between two looks for lines that no mirror wants
)

// Run looks after the journal until ctx ends: it stores what waits, less and
// less often while the database fails, and brings the mirror what other
// programs have written. Only the server runs it, because the mirror has one
// writer.
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

// lookForFile notes, and logs once, that the database's file is gone or back.
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

// retry tries to store what waits and returns after how many ticks to try again.
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

// SetMirror makes the file at path the text mirror from now on; "" means none.
// A mirror that can't be written is logged, and tried again, but fails nothing.
func (j *Journal) SetMirror(path string) {
	j.mirror.setPath(path)
}

// Drain tries to store what waits until all is stored or ctx ends, and brings
// the mirror up to date. The error says how many entries are in the log alone.
// Call it when nobody writes any more.
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
