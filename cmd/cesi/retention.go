package main

import (
	"context"
	"time"
)

// retentionInterval is how often activity_retention and history_retention are applied.
const retentionInterval = time.Hour

// applyRetention removes old activity entries and history, now and then every hour, if
// the clock can be trusted.
func (a *app) applyRetention(ctx context.Context) {
	ticker := time.NewTicker(retentionInterval)
	defer ticker.Stop()
	for trusted := a.clockTrusted; ; trusted = a.trustClock(ctx) {
		if trusted {
			a.removeOldActivity(ctx)
			a.removeOldHistory(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// trustClock reports whether old entries may be removed: starting with a clock that is
// years ahead must not empty the database.
func (a *app) trustClock(ctx context.Context) bool {
	trusted, err := a.db.TrustClock(ctx)
	if err != nil && ctx.Err() == nil {
		a.log.Error("old activity entries and history stay", "error", err)
	}
	if err == nil && !trusted && a.clockTrusted {
		a.log.Warn("the clock is more than a day from where it was last: nothing is removed by activity_retention and history_retention for a day", "now", time.Now())
	}
	a.clockTrusted = trusted
	return trusted
}

// removeOldActivity removes entries older than activity_retention. No user did that, so
// it is a line in the log and not an entry.
func (a *app) removeOldActivity(ctx context.Context) {
	before := time.Now().Add(-a.conf.Load().ActivityRetention)
	n, err := a.db.DeleteActivities(ctx, before)
	if err != nil && ctx.Err() == nil {
		a.log.Error("old activity entries stay", "error", err)
	}
	if n > 0 {
		a.log.Info("activity entries have outlived activity_retention and are removed", "entries", n, "before", before)
	}
}

// removeOldHistory removes history older than history_retention.
func (a *app) removeOldHistory(ctx context.Context) {
	before := time.Now().Add(-a.conf.Load().HistoryRetention)
	if _, err := a.db.DeleteHistory(ctx, before); err != nil && ctx.Err() == nil {
		a.log.Error("the old history of states stays", "error", err)
	}
}
