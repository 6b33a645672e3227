package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestDatabaseFile_RemovedRefusesWritesUntilBack(t *testing.T) {
	for _, test := range []struct {
		name     string
		put      func(t *testing.T, path string)
		sentence string
	}{
		{"removed", func(*testing.T, string) {}, "was removed while CeSI runs"},
		{"replaced", func(t *testing.T, path string) { reopenTest(t, path) }, "was replaced while CeSI runs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			db, path := openTest(t)
			addUser(t, db, "ann", cesi.Admin)
			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err := os.Rename(path+suffix, path+".away"+suffix); err != nil {
					t.Fatal(err)
				}
			}
			test.put(t, path)

			_, err := db.AddUser(t.Context(), cesi.User{Name: "bob", Role: cesi.Viewer}, "hash")
			wantKind(t, err, cesi.Unavailable, test.sentence)
			_, err = db.exec(t.Context(), `DELETE FROM users`)
			wantKind(t, err, cesi.Unavailable, test.sentence)
			wantKind(t, db.Writable(t.Context()), cesi.Unavailable, test.sentence)
			wantNoConnection(t, db)
			if _, err := os.Stat(path); test.name == "removed" && err == nil {
				t.Error("an empty file was made in its place")
			}

			for _, suffix := range []string{"", "-wal", "-shm"} {
				if err := os.Rename(path+".away"+suffix, path+suffix); err != nil {
					t.Fatal(err)
				}
			}
			addUser(t, db, "eve", cesi.Viewer)
		})
	}
}

// wantNoConnection fails if the pool opens another connection, which would be to
// another file.
func wantNoConnection(t *testing.T, db *DB) {
	t.Helper()
	for range maxConnections {
		conn, err := db.sql.Conn(t.Context())
		if err != nil {
			wantKind(t, err, cesi.Unavailable, "while CeSI runs")
			return
		}
		defer conn.Close()
	}
	t.Error("all connections opened")
}

func TestJournal_LogsRemovedDatabase(t *testing.T) {
	t.Parallel()
	db, path := openTest(t)
	j, log := newTestJournal(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go j.Run(ctx)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "degraded", func() bool {
		since, _, err := j.Degraded()
		return err != nil && !since.IsZero() && j.Gone() != nil
	})
	if log.count("is not the one that CeSI opened") != 1 {
		t.Error("not logged once")
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	eventually(t, "well", func() bool { _, _, err := j.Degraded(); return err == nil && j.Gone() == nil })
}

func TestDatabaseFile_RemovedWALIsSavedAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cesi.db")
	db, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	addUser(t, db, "ann", cesi.Admin)
	if err := os.Remove(path + "-wal"); err != nil {
		t.Fatal(err)
	}
	_, err = db.AddUser(t.Context(), cesi.User{Name: "bob", Role: cesi.Viewer}, "hash")
	wantKind(t, err, cesi.Unavailable, "-wal file was removed while CeSI runs")
	wantKind(t, db.SetPreferences(t.Context(), "ann", "en", "dark"), cesi.Unavailable, "-wal file was removed while CeSI runs")
	if db.Writable(t.Context()) == nil {
		t.Error("the database counts as writable")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := reopenTest(t, path)
	if users, err := again.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("users %v, error %v after a restart: want ann", users, err)
	}
	addUser(t, again, "bob", cesi.Viewer)
}
