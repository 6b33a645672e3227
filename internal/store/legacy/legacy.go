// Package legacy imports the users of a Python CeSI's database. The caller decides how
// to store their passwords; the present schema belongs to store.
package legacy

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"cesi/internal/store"
)

// Result is the result of an import.
type Result struct {
	From    string // the version, such as "CeSi 1.x"
	Copy    string // path of the original, which still holds the passwords
	Users   int
	Remarks []string // the differences, as sentences
}

// Password returns the hash to store for a password of the Python CeSI, which is in
// clear or hashed; "" if the user can't log in with it.
type Password func(ctx context.Context, kept string, inClear bool) (stored string, mustChange bool, err error)

// Import replaces a Python CeSI's database by a new one with the same users, and keeps
// the old file. It returns nil if the file at path is anything else. Call it before
// store.Open.
//
// It makes the new file in the same folder, and then puts it in place in one step.
// Before that step nothing has changed, and the next call begins again; after it, all
// is done. So no page of the new file ever held a clear password.
func Import(ctx context.Context, path string, now func() time.Time, kept Password) (*Result, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil // nothing to import; store.Open reports any error
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, err)
	}
	if identify(ctx, path) == nil || store.CheckFolder(path) != nil {
		return nil, nil
	}
	unlock, err := lockFolder(ctx, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("take over %s: %w", path, err)
	}
	defer unlock()
	old := identify(ctx, path)
	if old == nil {
		return nil, nil // another process has done it in between
	}
	done, err := old.replace(ctx, path, now, kept)
	if err != nil {
		return nil, fmt.Errorf("take over %s from %s: %w", path, old.name, err)
	}
	return done, nil
}

// replace does the work of Import, under the lock of the folder.
func (o *oldSchema) replace(ctx context.Context, path string, now func() time.Time, kept Password) (*Result, error) {
	users, release, err := o.read(ctx, path)
	if err != nil {
		return nil, err
	}
	defer release()
	adopted, remarks := convertUsers(users)
	for i := range adopted {
		a := &adopted[i]
		if a.hash, a.user.MustChange, err = kept(ctx, a.kept, o.inClear); err != nil {
			return nil, err
		}
		if a.hash == "" {
			remarks = append(remarks, fmt.Sprintf("%q has no password that can be used: set one with cesi user passwd", a.user.Name))
		}
	}
	fresh := path + takeoverSuffix
	if err := o.build(ctx, fresh, path, now, adopted); err != nil {
		return nil, err
	}
	aside, err := keepOriginal(path)
	if err != nil {
		return nil, err
	}
	if err := putInPlace(fresh, path); err != nil {
		return nil, err
	}
	return &Result{From: o.name, Copy: aside, Users: len(adopted), Remarks: remarks}, nil
}
