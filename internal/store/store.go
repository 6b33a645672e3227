// Package store keeps users, sessions and the activity log in one SQLite file,
// and the text mirror that follows the activity log.
//
// Exported methods own their transaction; lowercase helpers take it. What a
// password is, who may do what and when a session is over is decided in auth,
// not here; but rules that only a transaction can hold, such as "the last
// administrator stays", are held here.
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

// DB is an open database. It is safe for concurrent use, also beside another
// process on the same file.
type DB struct {
	sql  *sql.DB
	now  func() time.Time
	file fileWatch // which file sql is of

	installation string
	remarks      []string // see Remarks

	probe  *worker // runs look
	probed atomic.Pointer[error]
}

// maxConnections bounds how many queries run at once; SQLite has one writer
// anyway.
const maxConnections = 8

// Open opens the database at path, makes it (mode 0600) where there is none, and
// brings its schema up to date. A file that isn't ours, or belongs to a newer
// cesi, is refused and left as it is, byte for byte; the error is an Invalid one
// that says in a sentence what is wrong with the path.
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

// readWriteDSN names the file to the driver. The pragmas are part of it because
// one set by Exec reaches a single connection of the pool only. With mode=rw SQLite
// makes no file where there is none: create has done that.
func readWriteDSN(path string) string {
	options := url.Values{
		"mode":    {"rw"},
		"_pragma": {"busy_timeout(5000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)"},
		"_txlock": {"immediate"},
	}
	return FileURI(path, options)
}

// FileURI escapes a path, which may hold '?', '#' or '%', for SQLite.
func FileURI(path string, options url.Values) string {
	u := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return u.String()
}

// Remarks are sentences about users whom Open has renamed, since a new schema
// takes their names for one; none, as a rule.
func (db *DB) Remarks() []string { return db.remarks }

// Close ends the use of the database.
func (db *DB) Close() error {
	return db.sql.Close()
}

// Writable takes and releases the database's write lock: nil means that the
// file is there and that nobody sits on it. It writes nothing, so a full disk
// shows in Journal.Degraded instead. Who asks at the same time shares one look,
// and nobody waits for it longer than ctx.
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

// look is the work of Writable. SQLite's wait for a lock ends by busy_timeout,
// not by a context.
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

// inTx runs do in an immediate transaction, which is committed if do returns
// nil and rolled back otherwise.
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

// micros turns a time into what is stored; the zero time is 0.
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
