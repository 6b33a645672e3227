package store

import (
	"context"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// Accounts returns all users by name, each with how many tokens it has and how
// many sessions that began after the one time and end after the other.
func (db *DB) Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error) {
	rows, err := db.sql.QueryContext(ctx, `SELECT `+userColumns+`,
		(SELECT count(*) FROM sessions WHERE user_id = users.id AND created > ? AND expires > ?),
		(SELECT count(*) FROM tokens WHERE user_id = users.id)
		FROM users ORDER BY name`, micros(begunAfter), micros(endAfter))
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	defer rows.Close()
	var accounts []cesi.Account
	for rows.Next() {
		var a cesi.Account
		if a.User, err = scanUser(rows, &a.Sessions, &a.Tokens); err != nil {
			return nil, fmt.Errorf("list accounts: %w", err)
		}
		accounts = append(accounts, a)
	}
	return accounts, rows.Err()
}
