// Package legacy takes over the users of a Python CeSI's database. What a password
// of that CeSI is worth is decided by the caller; the schema of today's database
// is store's.
package legacy

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"cesi/internal/store"
)

// Result says what became of a Python CeSI's database.
type Result struct {
	From    string // which CeSI it was, such as "CeSi 1.x"
	Copy    string // where the original lies; it still holds the passwords
	Users   int
	Remarks []string // what is not as it was, for people
}

// Password turns what the Python CeSI kept of a password, in clear or hashed,
// into what is stored of it; "" if nobody can log in with it.
type Password func(ctx context.Context, kept string, inClear bool) (stored string, mustChange bool, err error)

// Import puts a new database with the same users in the place of a Python
// CeSI's, which is kept beside it. It returns nil if the file at path is anything
// else. Call it before store.Open.
//
// The new file is made whole beside the old one, then takes its place in one
// step. Before that step nothing has changed, and the next call begins anew;
// after it, all is done. So no page of the new file ever held a clear password.
func Import(ctx context.Context, path string, now func() time.Time, kept Password) (*Result, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, nil // there is nothing to take over; store.Open says what is wrong, if anything is
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
		return nil, nil // another process has done it meanwhile
	}
	done, err := old.replace(ctx, path, now, kept)
	if err != nil {
		return nil, fmt.Errorf("take over %s from %s: %w", path, old.name, err)
	}
	return done, nil
}

// replace does the work of Import, while nobody else does it.
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
