// Package store keeps users, sessions and the activity log in one SQLite file, and the
// text mirror that follows the activity log.
//
// Exported methods own their transaction; lowercase helpers take it. Passwords,
// permissions and the lifetime of sessions are decided in auth, not here. But rules
// that only a transaction can guarantee, such as "the last administrator stays", are
// here.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is an open database. It is safe for concurrent use, also with other processes that
// use the same file.
type DB struct {
	sql  *sql.DB
	now  func() time.Time
	file fileWatch // the file that sql has open

	installation string
	remarks      []string // see Remarks

	probe  *worker // runs look
	probed atomic.Pointer[error]
}

// maxConnections bounds the queries that run at once; SQLite has only one writer.
const maxConnections = 8

// Open opens the database at path, creates it (mode 0600) if missing, and applies
// migrations. A file of another program, or of a newer cesi, is refused and not
// changed; the error is Invalid and says what is wrong with the path.
func Open(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	if err := inspect(ctx, path); err != nil {
		return nil, err
	}
	pool, file, err := openPool(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	pool.SetMaxOpenConns(maxConnections)
	pool.SetMaxIdleConns(maxConnections)
	remarks, err := migrate(ctx, pool)
	if err == nil {
		err = file.findLog(ctx, pool)
	}
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("database %s: %w", path, explain(err))
	}
	installation, err := readInstallation(ctx, pool)
	if err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	db := &DB{sql: pool, now: now, file: file, installation: installation, remarks: remarks}
	db.probe = &worker{run: db.look}
	return db, nil
}

// readWriteDSN names the file to the driver. The pragmas are part of it because a
// pragma set by Exec reaches only one connection of the pool. With mode=rw SQLite
// creates no file: create has done that.
func readWriteDSN(path string) string {
	options := url.Values{
		"mode":    {"rw"},
		"_pragma": {"busy_timeout(5000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)"},
		"_txlock": {"immediate"},
	}
	return FileURI(path, options)
}

// FileURI escapes a path, which may contain '?', '#' or '%', for SQLite.
func FileURI(path string, options url.Values) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return u.String()
}

// Remarks are sentences about users whom Open has renamed, since their names are equal
// in the new schema; usually none.
func (db *DB) Remarks() []string { return db.remarks }

// Close closes the database.
func (db *DB) Close() error {
	return db.sql.Close()
}

// Writable takes and releases the database's write lock: nil means that the file exists
// and no other program holds the lock. It writes nothing, so it does not notice a full
// disk; Journal.Degraded does. Concurrent callers share one check, and none waits for
// it longer than ctx.
func (db *DB) Writable(ctx context.Context) error {
	select {
	case <-db.probe.kick():
		if err := db.probed.Load(); err != nil {
			return *err
		}
		return nil
	case <-ctx.Done():
		return fmt.Errorf("database not writable: %w", ctx.Err())
	}
}

// look is the work of Writable. SQLite's wait for a lock ends with busy_timeout, not
// with a context.
func (db *DB) look() {
	err := db.Gone()
	if err == nil {
		var tx *sql.Tx
		if tx, err = db.sql.BeginTx(context.Background(), nil); err == nil { // BEGIN IMMEDIATE, by _txlock
			err = errors.Join(db.file.checkLog(), tx.Rollback())
		}
	}
	if err != nil {
		err = fmt.Errorf("database not writable: %w", err)
		db.probed.Store(&err)
		return
	}
	db.probed.Store(nil)
}

// inTx runs do in an immediate transaction. It is committed if do returns nil, else
// rolled back.
func (db *DB) inTx(ctx context.Context, do func(*sql.Tx) error) error {
	if err := db.Gone(); err != nil {
		return err
	}
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return explain(fmt.Errorf("begin: %w", err))
	}
	defer tx.Rollback() // after a commit there is nothing to roll back
	if err := db.file.checkLog(); err != nil {
		return err
	}
	if err := do(tx); err != nil {
		return explain(err)
	}
	if err := tx.Commit(); err != nil {
		return explain(fmt.Errorf("commit: %w", err))
	}
	return nil
}

// micros returns a time in its stored form; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// fromMicros is the reverse of micros.
func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
