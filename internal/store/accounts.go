package store

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// Accounts returns all users by name, each with how many tokens it has and how
// many sessions that began after the one time and end after the other.
func (db *DB) Accounts(ctx context.Context, begunAfter, endAfter time.Time) ([]cesi.Account, error) {
	return list(ctx, db.sql, "list accounts", scanAccount, `SELECT `+userColumns+`,
		(SELECT count(*) FROM sessions WHERE user_id = users.id AND created > ? AND expires > ?),
		(SELECT count(*) FROM tokens WHERE user_id = users.id)
		FROM users ORDER BY name`, micros(begunAfter), micros(endAfter))
}

func scanAccount(row scanner) (a cesi.Account, err error) {
	a.User, err = scanUser(row, &a.Sessions, &a.Tokens)
	return a, err
}
