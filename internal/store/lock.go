package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"cesi/internal/cesi"
)

// maxHolder bounds the text that is read from a lock file, in bytes.
const maxHolder = 256

// ServerLock marks a database as used by one running server. The kernel releases it
// when the process ends, in every case.
type ServerLock struct {
	file *os.File
}

// LockServer takes the lock of the database at path. The lock is on the file
// DATABASE.lock in the same folder; symbolic links are followed, so that two names of
// one database share a lock. Errors: Conflict, with the names of database and process,
// if another process holds it; Invalid if the folder can't be used. Any other error
// means that locks do not work here.
func LockServer(path string) (*ServerLock, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	if err := CheckFolder(path); err != nil {
		return nil, err
	}
	for {
		lock, err := lockFile(path, lockPath(path))
		if lock != nil || err != nil {
			return lock, err
		}
	}
}

// lockPath returns the lock file of a database, which need not exist yet.
func lockPath(database string) string {
	if real, err := filepath.EvalSymlinks(database); err == nil {
		return real + ".lock"
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(database)); err == nil {
		return filepath.Join(folder, filepath.Base(database)) + ".lock"
	}
	return database + ".lock"
}

// lockFile tries once. It returns nil if the holder removed the file in between.
func lockFile(database, path string) (*ServerLock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock of the database: %w", err)
	}
	lock := &ServerLock{file}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, cesi.Errorf(cesi.Conflict, "database %s is in use by another CeSI (%s): give each a database of its own", database, holder(file))
		}
		return nil, fmt.Errorf("lock of the database %s: %w", path, err)
	}
	here, err := file.Stat()
	there, err2 := os.Lstat(path)
	if err != nil || err2 != nil || !os.SameFile(here, there) {
		return nil, file.Close()
	}
	host, _ := os.Hostname() // may be empty: the pid matters more
	text := strings.TrimSpace(fmt.Sprintf("pid %d on %s", os.Getpid(), host))
	if err := file.Truncate(0); err == nil {
		_, _ = file.WriteAt([]byte(text+"\n"), 0) // only information: the lock does not need it
	}
	return lock, nil
}

// holder returns the text that the holder of a lock wrote about itself.
func holder(file *os.File) string {
	text := make([]byte, maxHolder)
	n, _ := file.ReadAt(text, 0) // reaching the end of the file is no failure
	if said := strings.TrimSpace(string(text[:n])); said != "" {
		return printable(said)
	}
	return "pid unknown"
}

// Release ends the lock and removes its file; a nil lock does nothing.
func (l *ServerLock) Release() {
	if l == nil {
		return
	}
	_ = os.Remove(l.file.Name()) // if it stays, the next holder uses it
	_ = l.file.Close()
}
