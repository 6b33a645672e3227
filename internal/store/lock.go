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

// maxHolder bounds what is read of a lock's file, in bytes.
const maxHolder = 256

// ServerLock marks a database as that of one running server. The kernel drops it
// with the process, however that ends.
type ServerLock struct {
	file *os.File
}

// LockServer takes the lock of the database at path, which is on a file next to
// it, named DATABASE.lock; symbolic links are followed, so that two names of one
// database share a lock. A lock that another process holds is a Conflict that
// names the database and the process; a folder that can't be used is Invalid. Any
// other error says that there can be no lock here.
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

// lockPath is the lock's file for a database, which need not be there yet.
func lockPath(database string) string {
	if real, err := filepath.EvalSymlinks(database); err == nil {
		return real + ".lock"
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(database)); err == nil {
		return filepath.Join(folder, filepath.Base(database)) + ".lock"
	}
	return database + ".lock"
}

// lockFile tries once. It returns nothing if the file was removed by its holder
// in between.
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
	host, _ := os.Hostname() // empty is fine: the number is what counts
	text := strings.TrimSpace(fmt.Sprintf("pid %d on %s", os.Getpid(), host))
	if err := file.Truncate(0); err == nil {
		_, _ = file.WriteAt([]byte(text+"\n"), 0) // for people: the lock holds without it
	}
	return lock, nil
}

// holder is what the holder of a lock wrote about itself.
func holder(file *os.File) string {
	text := make([]byte, maxHolder)
	n, _ := file.ReadAt(text, 0) // the end of the file is no failure
	if said := strings.TrimSpace(string(text[:n])); said != "" {
		return printable(said)
	}
	return "pid unknown"
}

// Release ends the lock and removes its file; a nil lock holds nothing.
func (l *ServerLock) Release() {
	if l == nil {
		return
	}
	_ = os.Remove(l.file.Name()) // one that stays is taken over by the next
	_ = l.file.Close()
}
