package store

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// openTest opens a new database in a folder of the test's.
func openTest(t *testing.T) (*DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cesi.db")
	return reopenTest(t, path), path
}

// reopenTest opens the database once more, as another process would.
func reopenTest(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func wantKind(t *testing.T, err error, kind cesi.Kind, words string) {
	t.Helper()
	if err == nil || cesi.KindOf(err) != kind || !strings.Contains(cesi.TextOf(err).String(), words) {
		t.Fatalf("error %v (kind %v), want kind %v and %q in its sentence", err, cesi.KindOf(err), kind, words)
	}
}

func addUser(t *testing.T, db *DB, name string, role cesi.Role) cesi.User {
	t.Helper()
	u, err := db.AddUser(t.Context(), cesi.User{Name: name, Role: role}, "hash of "+name)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
		runtime.Gosched()
	}
}

// logBuffer is a log that tests can read while it is written.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

func newTestJournal(t *testing.T, db *DB) (*Journal, *logBuffer) {
	t.Helper()
	log := &logBuffer{}
	j := NewJournal(db, slog.New(slog.NewTextHandler(log, nil)))
	return j, log
}

func drain(t *testing.T, j *Journal) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := j.Drain(ctx); err != nil {
		t.Fatal(err)
	}
}

// all returns every entry, oldest first.
func all(t *testing.T, db *DB) []cesi.Activity {
	t.Helper()
	entries, err := db.activities(t.Context(), `true ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// asNobody runs do as a user without rights, so that it means something when
// the tests run as root. The thread is thrown away after it.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		do()
		return
	}
	const nobody = 65534
	done := make(chan syscall.Errno)
	go func() {
		runtime.LockOSThread()
		_, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, nobody, nobody, nobody)
		if errno == 0 {
			do()
		}
		done <- errno
	}()
	if errno := <-done; errno != 0 {
		t.Fatal(errno)
	}
}

// tick is begin, and waits for the lines unless ctx ends.
func (m *mirror) tick(ctx context.Context, drop bool) {
	select {
	case <-m.begin(drop):
	case <-ctx.Done():
	}
}
