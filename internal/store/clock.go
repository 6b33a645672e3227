package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// clockTrial is how long the clock has to go on without a jump before what is old
// by it may be removed, and the longest step that is no jump.
const clockTrial = cesi.Day

// TrustClock reports whether the clock is fit to remove by it what is old. It is
// not for a day after a jump, in either direction, of more than a day: against the
// last call, or against the newest entry where this is the first one. CeSI being
// off for so long looks the same. Call it at the start, before anything is
// written, and then at least every few hours.
func (db *DB) TrustClock(ctx context.Context) (trusted bool, err error) {
	err = db.inTx(ctx, func(tx *sql.Tx) error {
		seen, since, err := clockRow(ctx, tx)
		if err != nil {
			return err
		}
		now := db.now()
		if step := now.Sub(seen); !seen.IsZero() && (step < -clockTrial || step > clockTrial) {
			since = now
		}
		if since.After(now) {
			since = now
		}
		trusted = since.IsZero() || now.Sub(since) >= clockTrial
		_, err = tx.ExecContext(ctx, `INSERT INTO clock (one, seen, since) VALUES (1, ?1, ?2)
			ON CONFLICT (one) DO UPDATE SET seen = ?1, since = ?2`, micros(now), micros(since))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look at the clock: %w", err)
	}
	return trusted, nil
}

// clockRow returns what is known of the clock. At first that is the newest thing
// that was stored; the zero time says that nothing was.
func clockRow(ctx context.Context, tx *sql.Tx) (seen, since time.Time, err error) {
	var seenAt, sinceAt int64
	err = tx.QueryRowContext(ctx, `SELECT seen, since FROM clock`).Scan(&seenAt, &sinceAt)
	if !errors.Is(err, sql.ErrNoRows) {
		return fromMicros(seenAt), fromMicros(sinceAt), err
	}
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM activity`).Scan(&seenAt)
	if err != nil {
		return seen, since, err
	}
	var slot int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(last), 0) FROM history_answered`).Scan(&slot); err != nil {
		return seen, since, err
	}
	seen = fromMicros(seenAt)
	if answered := time.Unix(slot*int64(cesi.BucketLength/time.Second), 0); slot > 0 && answered.After(seen) {
		seen = answered
	}
	return seen, since, nil
}
