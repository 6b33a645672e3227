package legacy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"
)

const (
	takeoverSuffix = ".takeover"    // the new database, before it replaces the old one
	originalSuffix = ".python-cesi" // the old database, after that
	lockPause      = 50 * time.Millisecond
	accessWrite    = 2 // W_OK of access(2)
)

// sqliteFiles are the suffixes of the files that SQLite may keep next to a database.
func sqliteFiles() []string { return []string{"-wal", "-shm", "-journal"} }

// lockFolder waits until no other process imports a database in the folder. The lock
// ends with the process, in every case.
func lockFolder(ctx context.Context, path string) (unlock func(), err error) {
	folder, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { folder.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, folder.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), folder.Close())
		case <-time.After(lockPause):
		}
	}
}

// build makes the new database at fresh, replacing the files of an earlier try, with
// the owner of the old one.
func (o *oldSchema) build(ctx context.Context, fresh, old string, now func() time.Time, users []adopted) error {
	for _, suffix := range append(sqliteFiles(), "") {
		if err := os.Remove(fresh + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	db, err := store.Open(ctx, fresh, now)
	if err != nil {
		return err
	}
	if err := errors.Join(o.fill(ctx, db, users), db.Close()); err != nil {
		return err
	}
	if err := noneBeside(fresh); err != nil {
		return err
	}
	return keepOwner(fresh, old)
}

// fill stores the users, and an entry of the activity log for each.
func (o *oldSchema) fill(ctx context.Context, db *store.DB, users []adopted) error {
	journal := store.NewJournal(db, slog.New(slog.DiscardHandler))
	for _, a := range users {
		added, err := db.AddUser(ctx, a.user, a.hash)
		if err != nil {
			return err
		}
		journal.Add(ctx, cesi.Activity{
			Time: added.Created, User: "cesi", Action: cesi.ActionUserAdd, Target: a.user.Name, Result: cesi.OK,
			Message: cesi.T("%s, from %s", a.user.Role, o.name), Count: 1,
		})
	}
	return journal.Drain(ctx)
}

// noneBeside checks that a database has no other files than its own.
func noneBeside(path string) error {
	for _, suffix := range sqliteFiles() {
		if _, err := os.Lstat(path + suffix); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s%s is in the way", path, suffix)
		}
	}
	return nil
}

// keepOwner gives the new file the owner of the old one, so that the server can use a
// file imported by root's command line.
func keepOwner(fresh, old string) error {
	info, err := os.Stat(old)
	if err != nil {
		return err
	}
	owner, known := info.Sys().(*syscall.Stat_t)
	if !known || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(fresh, int(owner.Uid), int(owner.Gid))
}

// keepOriginal gives the old file a second name, readable only by its owner, and
// returns it. Without hard links it makes a copy.
func keepOriginal(path string) (aside string, err error) {
	for n := 1; ; n++ {
		aside = path + originalSuffix
		if n > 1 {
			aside += "-" + strconv.Itoa(n)
		}
		err := os.Link(path, aside)
		if errors.Is(err, fs.ErrExist) && !sameContent(path, aside) {
			continue // that is another file
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = copyWhole(path, aside)
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		if err := os.Chmod(aside, 0o600); err != nil {
			return "", err
		}
		return aside, syncFolder(filepath.Dir(path))
	}
}

// sameContent reports whether both are one file, or two with equal content.
func sameContent(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	if errA != nil || errB != nil {
		return false
	}
	if os.SameFile(infoA, infoB) {
		return true
	}
	contentA, errA := os.ReadFile(a)
	contentB, errB := os.ReadFile(b)
	return errA == nil && errB == nil && bytes.Equal(contentA, contentB)
}

// copyWhole makes a copy in one step.
func copyWhole(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(to), filepath.Base(to)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after the rename there is nothing to remove
	_, err = file.Write(content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), to)
}

// putInPlace replaces the old database by the new one. No file may exist that SQLite
// would apply to the new one.
func putInPlace(fresh, path string) error {
	if err := noneBeside(path); err != nil {
		return err
	}
	file, err := os.Open(fresh)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder syncs the names in a folder to disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// writableFile reports whether the file exists and this user can write to it.
func writableFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && syscall.Access(path, accessWrite) == nil
}
