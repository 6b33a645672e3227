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

// appendFile is a text file that is written at its end only and that others may
// rename, remove or cut short at any time, as logrotate does with "create" and
// with "copytruncate".
type appendFile struct {
	path string
	file *os.File
	torn bool // the last write broke off within a line
}

// openAppend opens the file, and makes it and its folder where they are missing.
// Others than its owner's group can't read it: it names who tried to log in.
func openAppend(path string) (*appendFile, error) {
	f := &appendFile{path: path}
	return f, f.reopen()
}

// pipePatience is how long a pipe may take to accept a line.
const pipePatience = time.Second

// errUnread is what opening a pipe comes to that no program reads.
var errUnread = errors.New("it is a pipe that no program reads")

// reopen opens what is at the path now. With O_APPEND the kernel seeks before
// each write: a file that was cut short gets no hole. With O_NONBLOCK a pipe
// without a reader is refused instead of waited for.
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

// writeLine appends the line to the file that is at the path now.
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
	_ = f.file.SetWriteDeadline(time.Now().Add(pipePatience)) // regular files take none
	n, err := f.file.WriteString(line + "\n")
	if err != nil {
		f.torn = f.torn || n > 0
		return err
	}
	f.torn = false
	return nil
}

// moved reports whether the path leads elsewhere than to the open file.
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

// sync brings what was written to the disk; what can't be synced, a pipe, needs
// none.
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
