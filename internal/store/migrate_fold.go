package store

import (
	"context"
	"database/sql"
	"fmt"

	"cesi/internal/cesi"
)

// goVersion is the number of the migration that Go makes: SQLite knows the case of
// ASCII letters only, and makes no keys.
const goVersion = 9

// foldUsers adds what a user's name is found by, which is unique from now on.
// Two users whom it can't tell apart stay two: one of them gets a number behind
// the name, an administrator and the older one last. Passwords, roles, sessions
// and tokens stay as they are. The remarks are sentences about who was renamed.
func foldUsers(ctx context.Context, tx *sql.Tx) (remarks []string, err error) {
	if _, err := tx.ExecContext(ctx, `ALTER TABLE users ADD COLUMN folded TEXT NOT NULL DEFAULT ''`); err != nil {
		return nil, fmt.Errorf("add users.folded: %w", err)
	}
	users, err := list(ctx, tx, "list users", func(row scanner) (a adopted, err error) {
		err = row.Scan(&a.user.ID, &a.user.Name)
		return a, err
	}, `SELECT id, name FROM users ORDER BY role, id`)
	if err != nil {
		return nil, err
	}
	remarks = renameTwins(users)
	for _, a := range users {
		_, err := tx.ExecContext(ctx, `UPDATE users SET name = ?, folded = ? WHERE id = ?`, a.user.Name, cesi.FoldUserName(a.user.Name), a.user.ID)
		if err != nil {
			return nil, fmt.Errorf("fold user %q: %w", a.user.Name, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `CREATE UNIQUE INDEX users_by_folded ON users (folded)`); err != nil {
		return nil, fmt.Errorf("index users.folded: %w", err)
	}
	return remarks, nil
}
