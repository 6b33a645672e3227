package store

import (
	"context"
	"database/sql"
	"fmt"

	"cesi/internal/cesi"
)

// Limits for the texts of an entry, in bytes. The texts may come from anywhere.
const (
	maxMessage = 4096
	maxName    = 512
)

// bounded returns the entry with its texts cut to the limits.
func bounded(a cesi.Activity) cesi.Activity {
	a.User, a.Address = clip(a.User, maxName), clip(a.Address, maxName)
	a.Node, a.Target = clip(a.Node, maxName), clip(a.Target, maxName)
	a.Detail = clip(a.Detail, maxMessage)
	return a
}

// insertEntry stores an entry under its ID, or under another one if another program has
// taken that, and returns the ID. An entry that this journal has already stored stays
// unchanged: a commit may have worked although it reported an error.
func (j *Journal) insertEntry(ctx context.Context, tx *sql.Tx, a cesi.Activity) (cesi.ActivityID, error) {
	english, id, args := textColumns(a.Message)
	for ; ; a.ID = j.nextID() {
		done, err := changes(tx.ExecContext(ctx, `INSERT INTO activity (`+activityColumns+`, writer)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			a.ID, a.Parent, micros(a.Time), a.User, a.Address, a.Action, a.Node, a.Target, a.Detail, a.Result, a.Duration.Microseconds(), english, id, args, a.Count, j.writer))
		if err != nil {
			return 0, fmt.Errorf("insert activity: %w", err)
		}
		if done == 1 {
			return a.ID, nil
		}
		var owner int64
		if err := tx.QueryRowContext(ctx, `SELECT writer FROM activity WHERE id = ?`, a.ID).Scan(&owner); err != nil {
			return 0, fmt.Errorf("insert activity: %w", err)
		}
		if owner == j.writer {
			return a.ID, nil
		}
	}
}

// completeEntry stores the result of this journal's entry. If the entry does not exist,
// because its start could not be stored, the whole entry is stored.
func (j *Journal) completeEntry(ctx context.Context, tx *sql.Tx, a cesi.Activity) (cesi.ActivityID, error) {
	english, id, args := textColumns(a.Message)
	done, err := changes(tx.ExecContext(ctx, `UPDATE activity SET result = ?, duration = ?, message = ?, message_id = ?, message_args = ? WHERE id = ? AND writer = ?`,
		a.Result, a.Duration.Microseconds(), english, id, args, a.ID, j.writer))
	if err != nil {
		return 0, fmt.Errorf("complete activity: %w", err)
	}
	if done == 1 {
		return a.ID, nil
	}
	return j.insertEntry(ctx, tx, a)
}
