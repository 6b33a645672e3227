package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

const activityColumns = `id, parent, time, user, address, action, node, target, detail, result, duration, message, message_id, message_args, count`

// Activities returns the entries that the filter selects, newest first.
func (db *DB) Activities(ctx context.Context, f ActivityFilter) ([]cesi.Activity, error) {
	where, args := f.where()
	if !f.Targets {
		where += ` AND parent = 0`
	}
	entries, err := db.activities(ctx, where+newestFirst, append(args, f.limit())...)
	return f.visible(entries), err
}

// newestFirst ends a query on the activity log; its argument is a limit.
const newestFirst = ` ORDER BY id DESC LIMIT ?`

// Activity returns one entry and, for a command on many, the entries of its targets in
// order; NotFound if there is none.
func (db *DB) Activity(ctx context.Context, id cesi.ActivityID) (cesi.Activity, []cesi.Activity, error) {
	row := db.row(ctx, `SELECT `+activityColumns+` FROM activity WHERE id = ?`, id)
	entry, err := scanActivity(row)
	if errors.Is(err, sql.ErrNoRows) {
		return cesi.Activity{}, nil, cesi.Errorf(cesi.NotFound, "there is no activity entry %s", fmt.Sprint(id)) // without separators
	}
	if err != nil {
		return cesi.Activity{}, nil, fmt.Errorf("activity %d: %w", id, err)
	}
	targets, err := db.activities(ctx, `parent = ? ORDER BY id`, id)
	return entry, targets, err
}

// MarkInterrupted changes Pending entries of an earlier run of the server to
// Interrupted, except commands known to have been sent, and returns how many it
// changed. It is for the server's start: with two running servers it would change
// entries of the other.
func (db *DB) MarkInterrupted(ctx context.Context) (int, error) {
	english, id, args := textColumns(cesi.T("cesi ended before the command did"))
	n, err := changes(db.exec(ctx, `UPDATE activity SET result = ?, message = ?, message_id = ?, message_args = ? WHERE result = ? AND message = ''`,
		cesi.Interrupted, english, id, args, cesi.Pending))
	if err != nil {
		return 0, fmt.Errorf("mark interrupted: %w", err)
	}
	return n, nil
}

// purgeChunk is how many top-level entries one transaction of DeleteActivities removes,
// so that others can write in between.
const purgeChunk = 1000

// DeleteActivities removes the entries made before the time, with their targets, and
// returns how many. Pending entries stay.
func (db *DB) DeleteActivities(ctx context.Context, before time.Time) (int, error) {
	total := 0
	for {
		top, all, err := db.deleteActivities(ctx, before)
		total += all
		if err != nil || top < purgeChunk {
			return total, err
		}
	}
}

// CountActivities counts the entries that DeleteActivities would remove.
func (db *DB) CountActivities(ctx context.Context, before time.Time) (int, error) {
	const old = `(SELECT id FROM activity WHERE parent = 0 AND id < ? AND result <> ?)`
	return db.count(ctx, `id IN `+old+` OR parent IN `+old, []any{micros(before), cesi.Pending, micros(before), cesi.Pending})
}

func (db *DB) deleteActivities(ctx context.Context, before time.Time) (top, all int, err error) {
	const chosen = `(SELECT id FROM activity WHERE parent = 0 AND id < ? AND result <> ? ORDER BY id LIMIT ?)`
	err = db.inTx(ctx, func(tx *sql.Tx) error {
		targets, err := changes(tx.ExecContext(ctx, `DELETE FROM activity WHERE parent IN `+chosen, micros(before), cesi.Pending, purgeChunk))
		if err != nil {
			return fmt.Errorf("delete activity: %w", err)
		}
		top, err = changes(tx.ExecContext(ctx, `DELETE FROM activity WHERE id IN `+chosen, micros(before), cesi.Pending, purgeChunk))
		if err != nil {
			return fmt.Errorf("delete activity: %w", err)
		}
		all = top + targets
		return nil
	})
	return top, all, err
}

// activities returns the entries that the condition selects.
func (db *DB) activities(ctx context.Context, where string, args ...any) ([]cesi.Activity, error) {
	return list(ctx, db.sql, "read activity", scanActivity, `SELECT `+activityColumns+` FROM activity WHERE `+where, args...)
}

func scanActivity(row scanner) (cesi.Activity, error) {
	var (
		a                 cesi.Activity
		at, durationUS    int64
		english, id, args string
	)
	err := row.Scan(&a.ID, &a.Parent, &at, &a.User, &a.Address, &a.Action, &a.Node, &a.Target, &a.Detail, &a.Result, &durationUS, &english, &id, &args, &a.Count)
	a.Message = textOf(english, id, args)
	a.Time, a.Duration = fromMicros(at), time.Duration(durationUS)*time.Microsecond
	return a, err
}
