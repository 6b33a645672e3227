package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Installation returns the ID of this database: 8 hexadecimal digits, random, made with
// the database. A copy of the file has the same.
func (db *DB) Installation() string { return db.installation }

func readInstallation(ctx context.Context, pool *sql.DB) (id string, err error) {
	if err := pool.QueryRowContext(ctx, `SELECT id FROM installation`).Scan(&id); err != nil {
		return "", fmt.Errorf("read the installation's id: %w", err)
	}
	return id, nil
}
