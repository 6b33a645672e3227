package store

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// Accounts returns all users by name, each with the number of tokens, and of sessions
// that began after begunAfter and end after endAfter.
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
