package store

import (
	"context"
	"time"

	"cesi/internal/cesi"
)

// LoginAddresses returns the addresses of logins after since in the activity log, the
// latest ones and at most limit, with the time of each.
func (db *DB) LoginAddresses(ctx context.Context, since time.Time, limit int) (map[string]time.Time, error) {
	type login struct {
		address string
		at      int64
	}
	logins, err := list(ctx, db.sql, "list addresses", func(row scanner) (l login, err error) {
		err = row.Scan(&l.address, &l.at)
		return l, err
	}, `SELECT address, max(time) AS latest FROM activity WHERE action = ? AND result = ? AND id >= ? GROUP BY address ORDER BY latest DESC LIMIT ?`,
		cesi.ActionLogin, cesi.OK, micros(since), limit)
	if err != nil {
		return nil, err
	}
	at := make(map[string]time.Time, len(logins))
	for _, l := range logins {
		at[l.address] = fromMicros(l.at)
	}
	return at, nil
}
