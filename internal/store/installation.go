package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Installation returns what tells this database from any other: 8 hexadecimal
// digits, chosen at random when the database was made. A copy of the file has the same.
func (db *DB) Installation() string { return db.installation }

func readInstallation(ctx context.Context, pool *sql.DB) (id string, err error) {
	if err := pool.QueryRowContext(ctx, `SELECT id FROM installation`).Scan(&id); err != nil {
		return "", fmt.Errorf("read the installation's id: %w", err)
	}
	return id, nil
}
