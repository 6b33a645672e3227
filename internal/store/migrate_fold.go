package store

import (
	"context"
	"database/sql"
	"fmt"

	"cesi/internal/cesi"
)

// goVersion is the migration written in Go: SQLite knows the case of ASCII letters
// only, and makes no secure random keys.
const goVersion = 9

// foldUsers adds the folded form of user names, which is unique from now on. Two users
// with the same form stay two: one gets a number after the name, an administrator or
// the older one last. Passwords, roles, sessions and tokens stay. The remarks are
// sentences about renamed users.
func foldUsers(ctx context.Context, tx *sql.Tx) (remarks []string, err error) {
	if _, err := tx.ExecContext(ctx, `ALTER TABLE users ADD COLUMN folded TEXT NOT NULL DEFAULT ''`); err != nil {
		return nil, fmt.Errorf("add users.folded: %w", err)
	}
	users, err := list(ctx, tx, "list users", func(row scanner) (*cesi.User, error) {
		u := new(cesi.User)
		return u, row.Scan(&u.ID, &u.Name)
	}, `SELECT id, name FROM users ORDER BY role, id`)
	if err != nil {
		return nil, err
	}
	remarks = RenameTwins(users)
	for _, u := range users {
		_, err := tx.ExecContext(ctx, `UPDATE users SET name = ?, folded = ? WHERE id = ?`, u.Name, cesi.FoldUserName(u.Name), u.ID)
		if err != nil {
			return nil, fmt.Errorf("fold user %q: %w", u.Name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `CREATE UNIQUE INDEX users_by_folded ON users (folded)`); err != nil {
		return nil, fmt.Errorf("index users.folded: %w", err)
	}
	return remarks, nil
}
