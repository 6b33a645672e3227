package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cesi/internal/cesi"
)

// fileWatch identifies the file that a database was opened from.
type fileWatch struct {
	path string
	info os.FileInfo
	log  string // the path of its -wal file; empty: it has none
}

func newFileWatch(path string) (fileWatch, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileWatch{}, fmt.Errorf("look at the database: %w", err)
	}
	return fileWatch{path: path, info: info}, nil
}

// check compares the file that is now at the path. An open file stays usable when its
// name is gone, but everything written to it is lost when the process ends.
func (f fileWatch) check() error {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return cesi.Wrap(cesi.Unavailable, err, "the database's file was removed while CeSI runs, so nothing can be stored: put it back, or restart CeSI to begin with an empty one")
	case !os.SameFile(f.info, info):
		return cesi.Errorf(cesi.Unavailable, "the database's file was replaced while CeSI runs, so nothing can be stored: restart CeSI to use the new one")
	}
	return nil
}

// checkLog checks that SQLite's log, the -wal file, exists, as it does during every
// write transaction. If it was removed, its content reaches the database only if CeSI
// ends normally.
func (f fileWatch) checkLog() error {
	if _, err := os.Stat(f.log); f.log != "" && errors.Is(err, fs.ErrNotExist) {
		return cesi.Errorf(cesi.Unavailable, "the database's -wal file was removed while CeSI runs, so nothing can be stored: restart CeSI, which saves what is in it")
	}
	return nil
}

// findLog finds SQLite's log, if there is one: some file systems do not support it.
func (f *fileWatch) findLog(ctx context.Context, pool *sql.DB) error {
	var mode string
	if err := pool.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(f.path); err == nil && mode == "wal" {
		f.log = real + "-wal"
	}
	return nil
}

// connector opens connections to the watched file, and to no file that replaces it.
type connector struct {
	dsn    string
	driver driver.Driver
	file   fileWatch
}

// openPool returns a pool of connections to the file that is now at path.
func openPool(path string) (*sql.DB, fileWatch, error) {
	file, err := newFileWatch(path)
	if err != nil {
		return nil, file, err
	}
	first, err := sql.Open("sqlite", readWriteDSN(path))
	if err != nil {
		return nil, file, err
	}
	pool := sql.OpenDB(connector{readWriteDSN(path), first.Driver(), file})
	return pool, file, first.Close()
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	if err := c.file.check(); err != nil {
		return nil, err
	}
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	if err := c.file.check(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver }

// Gone returns an Unavailable error if the database's file was removed or replaced
// since it was opened. While that is so, every write fails with it.
func (db *DB) Gone() error { return db.file.check() }
