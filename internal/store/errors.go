package store

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"cesi/internal/cesi"
)

// explain makes an Unavailable error if another program held the database for longer
// than busy_timeout. Every other error, and nil, is returned unchanged.
func explain(err error) error {
	if !hasCode(err, sqlite3.SQLITE_BUSY) && !hasCode(err, sqlite3.SQLITE_LOCKED) {
		return err
	}
	if cesi.KindOf(err) == cesi.Unavailable {
		return err
	}
	return cesi.Wrap(cesi.Unavailable, err, "the database is locked by another program; try again")
}

// exec runs one statement in its own transaction; see inTx.
func (db *DB) exec(ctx context.Context, query string, args ...any) (result sql.Result, err error) {
	err = db.inTx(ctx, func(tx *sql.Tx) error {
		result, err = tx.ExecContext(ctx, query, args...)
		return err
	})
	return result, err
}

// row runs a query for one row. Errors of Scan are those of explain.
func (db *DB) row(ctx context.Context, query string, args ...any) scanner {
	return explained{db.sql.QueryRowContext(ctx, query, args...)}
}

// explained is a row that passes its errors through explain.
type explained struct{ *sql.Row }

// Scan reads the row, as sql.Row does.
func (e explained) Scan(dest ...any) error { return explain(e.Row.Scan(dest...)) }

// hasCode reports whether err is an SQLite error with the code. A primary code also
// matches its extended codes.
func hasCode(err error, code int) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Code() == code || e.Code()&0xff == code
}

// isUniqueViolation reports whether a row was refused because an equal one exists.
func isUniqueViolation(err error) bool {
	return hasCode(err, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
}
