package store

import (
	"context"
	"database/sql"
	"fmt"

	"cesi/internal/cesi"
)

const wantedColumns = `node, grp, process, since, by, activity, started, reason, reason_id, reason_args`

// SaveWanted stores wanted processes, one row for each, and removes those in gone (by
// Node and ProcessID), in one transaction.
func (db *DB) SaveWanted(ctx context.Context, wanted, gone []cesi.Wanted) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		for _, w := range wanted {
			reason, id, args := textColumns(w.Reason)
			_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO wanted (`+wantedColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				w.Node, w.Group, w.Name, micros(w.Since), w.By, w.Activity, w.Started, reason, id, args)
			if err != nil {
				return fmt.Errorf("store what is wanted: %w", err)
			}
		}
		for _, w := range gone {
			if _, err := tx.ExecContext(ctx, `DELETE FROM wanted WHERE node = ? AND grp = ? AND process = ?`, w.Node, w.Group, w.Name); err != nil {
				return fmt.Errorf("remove what was wanted: %w", err)
			}
		}
		return nil
	})
}

// Wanted returns all wanted processes.
func (db *DB) Wanted(ctx context.Context) ([]cesi.Wanted, error) {
	return list(ctx, db.sql, "read what is wanted", scanWanted,
		`SELECT `+wantedColumns+` FROM wanted ORDER BY node, grp, process`)
}

func scanWanted(row scanner) (w cesi.Wanted, err error) {
	var since int64
	var reason, id, args string
	err = row.Scan(&w.Node, &w.Group, &w.Name, &since, &w.By, &w.Activity, &w.Started, &reason, &id, &args)
	w.Reason = textOf(reason, id, args)
	w.Since = fromMicros(since)
	return w, err
}
