package store

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cesi/internal/cesi"
)

// explain makes an Unavailable error of one that says that another program held
// the database for longer than busy_timeout. Every other error, and nil, is
// returned as it is.
func explain(err error) error {
	if !hasCode(err, sqlite3.SQLITE_BUSY) && !hasCode(err, sqlite3.SQLITE_LOCKED) {
		return err
	}
	if cesi.KindOf(err) == cesi.Unavailable {
		return err
	}
	return cesi.Wrap(cesi.Unavailable, err, "the database is locked by another program; try again")
}

// exec runs one statement outside a transaction; see explain for its errors.
func (db *DB) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := db.Gone(); err != nil {
		return nil, err
	}
	result, err := db.sql.ExecContext(ctx, query, args...)
	return result, explain(err)
}

// row runs a query for one row; see explain for the errors of its Scan.
func (db *DB) row(ctx context.Context, query string, args ...any) scanner {
	return explained{db.sql.QueryRowContext(ctx, query, args...)}
}

// explained is a row whose errors are explained.
type explained struct{ *sql.Row }

// Scan reads the row, as sql.Row does.
func (e explained) Scan(dest ...any) error { return explain(e.Row.Scan(dest...)) }

// hasCode reports whether err comes from SQLite with the code: a primary one
// matches its extended ones too.
func hasCode(err error, code int) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == code || e.Code()&0xff == code
}

// isUniqueViolation reports whether a row was refused because its like exists.
func isUniqueViolation(err error) bool {
	return hasCode(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}
