package legacy

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

// oldSchema is how a version of the Python CeSI stored its users.
type oldSchema struct {
	name    string
	table   string
	columns []string
	query   string
	inClear bool // passwords are in clear
}

// oldSchemas are all such schemas: cesi/controllers.py of CeSi 1.0 to 2.4,
// cesi/models.py of 2.5 to 2.7.1. The newer comes first.
func oldSchemas() []*oldSchema {
	return []*oldSchema{
		{
			name: "CeSi 2.x", table: "users", columns: []string{"id", "username", "password", "usertype"},
			query: `SELECT CAST(username AS TEXT), CAST(password AS TEXT), CAST(usertype AS TEXT) FROM users ORDER BY id`,
		},
		{
			name: "CeSi 1.x", table: "userinfo", columns: []string{"username", "password", "type"},
			query:   `SELECT CAST(username AS TEXT), CAST(password AS TEXT), CAST(type AS TEXT) FROM userinfo ORDER BY rowid`,
			inClear: true,
		},
	}
}

// identify recognises a Python CeSI's database by its tables; nil for anything else,
// and for a file that this user can't write to.
func identify(ctx context.Context, path string) *oldSchema {
	if !writableFile(path) {
		return nil
	}
	pool, err := store.OpenReadOnly(path)
	if err != nil {
		return nil
	}
	defer pool.Close()
	tables, err := store.Tables(ctx, pool)
	if err != nil || slices.Contains(tables, store.VersionTable) {
		return nil
	}
	for _, old := range oldSchemas() {
		if slices.Contains(tables, old.table) && old.fits(ctx, pool) {
			return old
		}
	}
	return nil
}

// fits reports whether the table has the columns of the schema.
func (o *oldSchema) fits(ctx context.Context, pool *sql.DB) bool {
	var n int
	for _, column := range o.columns {
		var one int
		if pool.QueryRowContext(ctx, `SELECT count(*) FROM pragma_table_info(?) WHERE name = ?`, o.table, column).Scan(&one) == nil {
			n += one
		}
	}
	return n == len(o.columns)
}

// oldUser is a user in the old database; any column may be NULL.
type oldUser struct{ name, kept, kind sql.NullString }

// read returns the users and locks the old database until release, so that no program
// changes it. It also merges files of an earlier crash (a journal, a write-ahead log)
// into the database.
func (o *oldSchema) read(ctx context.Context, path string) (users []oldUser, release func(), err error) {
	options := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(5000)", "journal_mode(DELETE)"}, "_txlock": {"exclusive"}}
	pool, err := sql.Open("sqlite", store.FileURI(path, options))
	if err != nil {
		return nil, nil, err
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		_ = pool.Close()
		return nil, nil, cesi.Wrap(cesi.Busy, err, "another program uses the database: stop the old CeSi first")
	}
	release = func() {
		_ = tx.Rollback() // nothing was written
		_ = pool.Close()
	}
	if users, err = o.list(ctx, tx); err != nil {
		release()
		return nil, nil, err
	}
	return users, release, nil
}

func (o *oldSchema) list(ctx context.Context, tx *sql.Tx) (users []oldUser, err error) {
	rows, err := tx.QueryContext(ctx, o.query)
	if err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var u oldUser
		if err := rows.Scan(&u.name, &u.kept, &u.kind); err != nil {
			return nil, fmt.Errorf("read the users: %w", err)
		}
		users = append(users, u)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the users: %w", err)
	}
	return users, nil
}
