package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// appendFile is a text file that is only appended to, and that other programs may
// rename, remove or truncate at any time, as logrotate does with "create" and with
// "copytruncate".
type appendFile struct {
	path string
	file *os.File
	torn bool // the last write ended within a line
}

// openAppend opens the file, and creates it and its folder if missing. Only its owner
// and group can read it: it names users who tried to log in.
func openAppend(path string) (*appendFile, error) {
	f := &appendFile{path: path}
	return f, f.reopen()
}

// pipePatience is how long a pipe may take to accept a line.
const pipePatience = time.Second

// errUnread is the error of opening a pipe that no program reads.
var errUnread = errors.New("it is a pipe that no program reads")

// reopen opens the file at the path. With O_APPEND the kernel seeks before each write,
// so a truncated file gets no hole. With O_NONBLOCK a pipe without a reader fails at
// once.
func (f *appendFile) reopen() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NONBLOCK, 0o640)
	if errors.Is(err, syscall.ENXIO) {
		return errUnread
	}
	if err != nil {
		return err
	}
	f.close()
	f.file = file
	return nil
}

// writeLine appends the line to the file that is now at the path.
func (f *appendFile) writeLine(line string) error {
	if f.moved() {
		if err := f.reopen(); err != nil {
			return err
		}
		f.torn = false
	}
	if f.torn {
		line = "\n" + line
	}
	_ = f.file.SetWriteDeadline(time.Now().Add(pipePatience)) // regular files have no deadline
	n, err := f.file.WriteString(line + "\n")
	if err != nil {
		f.torn = f.torn || n > 0
		return err
	}
	f.torn = false
	return nil
}

// moved reports whether another file than the open one is at the path.
func (f *appendFile) moved() bool {
	if f.file == nil {
		return true
	}
	there, err := os.Stat(f.path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	here, err := f.file.Stat()
	return err != nil || !os.SameFile(here, there)
}

// sync syncs the file to disk. A pipe can't be synced and needs no sync.
func (f *appendFile) sync() {
	if f.file != nil {
		_ = f.file.Sync()
	}
}

func (f *appendFile) close() {
	if f.file != nil {
		_ = f.file.Close()
		f.file = nil
	}
}
