package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"

	"cesi/internal/cesi"
)

// accessWrite and accessSearch are W_OK and X_OK of access(2).
const (
	accessWrite  = 2
	accessSearch = 1
)

// inspect checks that this cesi may write to the file at path, without changing it, and
// creates an empty file if there is none.
func inspect(ctx context.Context, path string) error {
	if err := CheckFolder(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return create(path)
	}
	switch {
	case err != nil:
		return cesi.Wrap(cesi.Invalid, err, "database %s can't be looked at", path)
	case info.IsDir():
		return cesi.Errorf(cesi.Invalid, "database %s is a folder: name a file in it", path)
	case !info.Mode().IsRegular():
		return cesi.Errorf(cesi.Invalid, "database %s is no regular file", path)
	case syscall.Access(path, accessWrite) != nil:
		return cesi.Errorf(cesi.Invalid, "database %s can't be written to by this user", path)
	case info.Size() == 0:
		return nil
	}
	return inspectContent(ctx, path)
}

// CheckFolder checks the folder of a database. It must be writable even if the file
// exists: SQLite keeps its log in it.
func CheckFolder(path string) error {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cesi.Errorf(cesi.Invalid, "database %s: the folder %s does not exist", path, folder)
	case err != nil:
		return cesi.Wrap(cesi.Invalid, err, "database %s: the folder %s can't be looked at", path, folder)
	case !info.IsDir():
		return cesi.Errorf(cesi.Invalid, "database %s: %s is not a folder", path, folder)
	case syscall.Access(folder, accessWrite|accessSearch) != nil:
		return cesi.Errorf(cesi.Invalid, "database %s: this user can't write to the folder %s", path, folder)
	}
	return nil
}

// create creates the file before SQLite does, to set its mode. It is no error if
// another process has just created it.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return cesi.Wrap(cesi.Invalid, err, "database %s can't be made", path)
	}
	return file.Close()
}

// inspectContent reads the file's tables with SQLite, to see which program made it.
func inspectContent(ctx context.Context, path string) error {
	pool, err := OpenReadOnly(path)
	if err != nil {
		return fmt.Errorf("database %s: %w", path, err)
	}
	defer pool.Close()
	tables, err := Tables(ctx, pool)
	switch {
	case hasCode(err, sqlite3.SQLITE_NOTADB):
		return cesi.Errorf(cesi.Invalid, "database %s is not an SQLite database; it was left as it is", path)
	case err != nil:
		return cesi.Wrap(cesi.Invalid, err, "database %s can't be read", path)
	case len(tables) == 0:
		return nil
	case !slices.Contains(tables, VersionTable):
		return notOurs(path, tables)
	}
	return inspectVersion(ctx, pool, path)
}

// OpenReadOnly opens the database of any program without changing its file.
func OpenReadOnly(path string) (*sql.DB, error) {
	return sql.Open("sqlite", readOnlyDSN(path))
}

// readOnlyDSN opens the file without side effects: immutable means no locks, no -wal
// and no -shm file. That is correct only while no program writes, which a -wal file
// would show; then an ordinary read-only connection is used.
func readOnlyDSN(path string) string {
	options := url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(5000)"}}
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		options.Set("immutable", "1")
	}
	return FileURI(path, options)
}

// Tables lists the names of a database's tables, in order.
func Tables(ctx context.Context, pool *sql.DB) ([]string, error) {
	name := func(row scanner) (name string, err error) {
		err = row.Scan(&name)
		return name, err
	}
	return list(ctx, pool, "list tables", name, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
}

// notOurs says which program made the tables: CeSi 1.x had "userinfo", 2.x "users",
// neither with a table of versions. legacy.Import has read them before.
func notOurs(path string, tables []string) error {
	if slices.Contains(tables, "userinfo") || slices.Contains(tables, "users") {
		return cesi.Errorf(cesi.Invalid, "database %s belongs to an older CeSi, but its users can't be taken over; "+
			"it was left as it is: name another file with database = … and add the users again", path)
	}
	return cesi.Errorf(cesi.Invalid, "database %s belongs to another program (it has a table %q); it was left as it is", path, tables[0])
}

func inspectVersion(ctx context.Context, pool *sql.DB, path string) error {
	var have int64
	query := `SELECT coalesce(max(version_id), 0) FROM ` + VersionTable + ` WHERE is_applied`
	if err := pool.QueryRowContext(ctx, query).Scan(&have); err != nil {
		return cesi.Wrap(cesi.Invalid, err, "database %s can't be read", path)
	}
	want, err := newestVersion(pool)
	if err != nil {
		return err
	}
	if have > want {
		return cesi.Errorf(cesi.Invalid, "database %s was made by a newer cesi (its schema is %d, this cesi knows %d); it was left as it is", path, have, want)
	}
	return nil
}
