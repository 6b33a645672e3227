package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cesi/internal/cesi"
)

const (
	// initialSuffix, after the path of the database, names the file with the first
	// administrator's password.
	initialSuffix = ".initial-password"
	// initialUser is the first administrator if the configuration names none.
	initialUser = "admin"
)

// bootstrapper is the actor who makes the first administrator, in the activity log.
func bootstrapper() cesi.Actor { return cesi.Actor{User: "cesi", Role: cesi.Admin} }

// Bootstrap makes the first administrator if there is no user: the one of the
// configuration if adminPassword is set, else "admin" with a random password that must
// be changed at the first login. That password is written only to a file in the folder
// of the database, whose path is returned; the login removes the file. If any user
// exists, Bootstrap does nothing.
func (s *Service) Bootstrap(ctx context.Context, adminUsername string, adminPassword cesi.Secret) (initialPasswordFile string, err error) {
	users, err := s.store.Users(ctx)
	if err != nil || len(users) > 0 {
		return "", err
	}
	if adminPassword != "" {
		err = s.addConfigured(ctx, adminUsername, adminPassword.Reveal())
	} else {
		initialPasswordFile, err = s.addInitial(ctx)
	}
	if cesi.KindOf(err) == cesi.Conflict {
		return "", nil // the command line has just added a user
	}
	return initialPasswordFile, err
}

// addConfigured makes the administrator named in the configuration. The author of that
// file chose the password, so a weak one is a warning, not an error.
func (s *Service) addConfigured(ctx context.Context, name, password string) error {
	if name == "" {
		name = initialUser
	}
	if err := cesi.ValidateUserName(name); err != nil {
		return fmt.Errorf("admin_username: %w", err)
	}
	if len(password) > maxPassword {
		return cesi.Errorf(cesi.Invalid, "admin_password: a password has at most %d bytes", maxPassword)
	}
	if err := s.passwords.check(password); err != nil {
		s.log.Warn("admin_password is weak: change it", "user", name, "reason", cesi.TextOf(err).String())
	}
	return s.addFirst(ctx, name, password, false)
}

// addInitial makes "admin". It writes the file first: after a crash in between there is
// no user yet, and the next start makes both again. The other way round, the password
// would be lost.
func (s *Service) addInitial(ctx context.Context) (string, error) {
	password := NewPassword()
	if err := writePrivate(s.initial, password+"\n"); err != nil {
		return "", cesi.Wrap(cesi.Internal, err, "the first administrator's password can't be written to %s", s.initial)
	}
	err := s.addFirst(ctx, initialUser, password, true)
	if err != nil {
		return "", errors.Join(err, os.Remove(s.initial))
	}
	return s.initial, nil
}

func (s *Service) addFirst(ctx context.Context, name, password string, mustChange bool) error {
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	entry := cesi.Activity{Action: cesi.ActionUserAdd, Target: name, Message: cesi.Raw(cesi.Admin.String())}
	return s.audit(ctx, bootstrapper(), entry, func(*cesi.Activity) error {
		_, err := s.store.AddFirstUser(ctx, cesi.User{Name: name, Role: cesi.Admin, MustChange: mustChange}, hash)
		return err
	})
}

// forgetInitial removes the file with the first administrator's password once that user
// has logged in, has another password, or is deleted.
func (s *Service) forgetInitial(name string) {
	if !cesi.SameUserName(name, initialUser) {
		return
	}
	if err := os.Remove(s.initial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the file with the first password can't be removed: remove it", "file", s.initial, "error", err)
	}
}

// writePrivate writes a file that only its owner can read, in one step, and syncs it to
// disk.
func writePrivate(path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after the rename there is nothing to remove
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
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
