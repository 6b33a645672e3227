package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cesi/internal/cesi"
)

func TestServerLock_SecondHolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "cesi.db")
	first, err := LockServer(path)
	if err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(t.TempDir(), "other.db")
	if err := os.Symlink(path, linked); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, linked, dir + "/./cesi.db"} {
		_, err = LockServer(name)
		wantKind(t, err, cesi.Conflict, "is in use by another CeSI")
		wantKind(t, err, cesi.Conflict, fmt.Sprintf("pid %d", os.Getpid()))
	}
	first.Release()
	if _, err := os.Stat(path + ".lock"); err == nil {
		t.Error("the lock's file stays after its release")
	}
	again, err := LockServer(linked)
	if err != nil {
		t.Fatal(err)
	}
	again.Release()
}

func TestServerLock_OldFileHoldsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cesi.db")
	if err := os.WriteFile(path+".lock", []byte("pid 1 on elsewhere, and a longer text than the next one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lock, err := LockServer(path)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	_, err = LockServer(path)
	wantKind(t, err, cesi.Conflict, fmt.Sprintf("pid %d", os.Getpid()))
}

func TestServerLock_MissingFolder(t *testing.T) {
	_, err := LockServer(filepath.Join(t.TempDir(), "none", "cesi.db"))
	wantKind(t, err, cesi.Invalid, "does not exist")
}
