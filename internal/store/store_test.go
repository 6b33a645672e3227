package store

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

func TestOpen_MakesPrivateFile(t *testing.T) {
	db, path := openTest(t)
	addUser(t, db, "ann", cesi.Admin)
	for _, file := range []string{path, path + "-wal"} {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(file), got)
		}
	}
}

func TestOpen_AnyFileName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%41.db")
	addUser(t, reopenTest(t, path), "ann", cesi.Admin)
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	if users, err := reopenTest(t, path).Users(t.Context()); err != nil || len(users) != 1 {
		t.Fatalf("users %v, error %v", users, err)
	}
}

func TestOpen_PragmasOnEveryConnection(t *testing.T) {
	db, _ := openTest(t)
	for range maxConnections {
		conn, err := db.sql.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for pragma, want := range map[string]string{"foreign_keys": "1", "busy_timeout": "5000", "journal_mode": "wal", "synchronous": "2"} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s = %q, error %v, want %q", pragma, got, err, want)
			}
		}
	}
}

func TestOpen_ConcurrentlyMakesOneSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cesi.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := Open(t.Context(), path, time.Now)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if _, err := db.Users(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// made runs SQL on a file of its own, in SQLite's default journal mode, as
// other programs leave it.
func made(t *testing.T, path string, statements ...string) {
	t.Helper()
	pool, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, s := range statements {
		if _, err := pool.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOpen_RefusesOtherFiles(t *testing.T) {
	tests := []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"a text file", func(t *testing.T, path string) {
			write(t, path, strings.Repeat("not a database\n", 400))
		}, "is not an SQLite database"},
		{"a short text file", func(t *testing.T, path string) {
			write(t, path, "hello")
		}, "is not an SQLite database"},
		{"CeSi 1.x", func(t *testing.T, path string) {
			made(t, path, `CREATE TABLE userinfo (username VARCHAR(30) PRIMARY KEY, password VARCHAR(50), type INT)`,
				`INSERT INTO userinfo VALUES ('admin', 'admin', 0)`)
		}, "belongs to an older CeSi"},
		{"CeSi 2.x", func(t *testing.T, path string) {
			made(t, path, `CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, username VARCHAR(16), password VARCHAR(120), usertype INTEGER)`,
				`CREATE UNIQUE INDEX ix_users_username ON users (username)`)
		}, "belongs to an older CeSi"},
		{"another program", func(t *testing.T, path string) {
			made(t, path, `CREATE TABLE alembic_version (n TEXT)`)
		}, `another program (it has a table "alembic_version")`},
		{"a newer cesi", func(t *testing.T, path string) {
			db, err := Open(t.Context(), path, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			_ = db.Close()
			made(t, path, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`)
		}, "was made by a newer cesi"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "cesi.db")
			test.make(t, path)
			before := contents(t, folder)
			_, err := Open(t.Context(), path, time.Now)
			wantKind(t, err, cesi.Invalid, test.want)
			if diff := cmp.Diff(before, contents(t, folder)); diff != "" {
				t.Errorf("folder changed:\n%s", diff)
			}
		})
	}
}

func TestOpen_RefusesNewerSchema(t *testing.T) {
	db, path := openTest(t)
	if _, err := db.sql.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, time.Now)
	wantKind(t, err, cesi.Invalid, "was made by a newer cesi")
}

func TestOpen_WrongPath(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "file"), "")
	for path, want := range map[string]string{
		folder: "is a folder",
		filepath.Join(folder, "missing", "cesi.db"): "does not exist",
		filepath.Join(folder, "file", "cesi.db"):    "is not a folder",
	} {
		_, err := Open(t.Context(), path, time.Now)
		wantKind(t, err, cesi.Invalid, want)
	}
}

func TestOpen_UnwritableFile(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil { // for the user nobody
		t.Fatal(err)
	}
	inFolder := filepath.Join(folder, "cesi.db")
	open := filepath.Join(folder, "open")
	if err := os.Mkdir(open, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(open, "cesi.db")
	made(t, file, `CREATE TABLE x (y)`)
	if err := os.Chmod(file, 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	var folderErr, fileErr error
	asNobody(t, func() {
		_, folderErr = Open(context.Background(), inFolder, time.Now)
		_, fileErr = Open(context.Background(), file, time.Now)
	})
	wantKind(t, folderErr, cesi.Invalid, "this user can't write to the folder")
	wantKind(t, fileErr, cesi.Invalid, "can't be written to by this user")
}

func TestWritable_FailsWhileLocked(t *testing.T) {
	db, path := openTest(t)
	if err := db.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := lock(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := db.Writable(ctx); err == nil {
		t.Error("writable while another process writes")
	}
	release()
	if err := db.Writable(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// lock takes the write lock as another process would.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	other := reopenTest(t, path)
	tx, err := other.sql.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	release = func() {
		once.Do(func() {
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(release)
	return release
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// contents returns the contents of a folder's files, by name.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		held[f.Name()] = string(data)
	}
	return held
}
