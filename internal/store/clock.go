package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// clockTrial is how long the clock must run without a jump before anything old may be
// removed. It is also the longest step that is not a jump.
const clockTrial = cesi.Day

// TrustClock reports whether the clock may be used to remove old entries. It may not
// for a day after a jump of more than a day in either direction, compared with the last
// call or, at the first call, with the newest entry. If CeSI was off for so long, that
// looks the same. Call it at the start, before anything is written, and then at least
// every few hours.
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

// clockRow returns what is stored about the clock. At first that is the newest stored
// entry; the zero time means that there is none.
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
