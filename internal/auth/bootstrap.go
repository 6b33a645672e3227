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
	// initialSuffix, behind the database's path, names the file with the first
	// administrator's password.
	initialSuffix = ".initial-password"
	// initialUser is the first administrator, where the configuration names none.
	initialUser = "admin"
)

// bootstrapper is who the first administrator is made by, in the activity log.
func bootstrapper() cesi.Actor { return cesi.Actor{User: "cesi", Role: cesi.Admin} }

// Bootstrap makes the first administrator if there is no user: the one of the
// configuration, if adminPassword is set, else "admin" with a random password
// that has to be changed at the first login. That password is written to a file
// beside the database, whose path is returned, and nowhere else; it is removed
// at that login. With any user, nothing happens.
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
		return "", nil // somebody has just added a user by the command line
	}
	return initialPasswordFile, err
}

// addConfigured makes the administrator that the configuration names. Whoever
// wrote that file chose the password: a weak one is warned of, not refused.
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
		s.log.Warn("admin_password is weak: change it", "user", name, "reason", cesi.Sentence(err))
	}
	return s.addFirst(ctx, name, password, false)
}

// addInitial makes "admin". The file comes first: after a crash in between there
// is no user yet, and the next start makes both anew. The other way round nobody
// would know the password.
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
	entry := cesi.Activity{Action: cesi.ActionUserAdd, Target: name, Message: cesi.Admin.String()}
	return s.audit(ctx, bootstrapper(), entry, func(*cesi.Activity) error {
		_, err := s.store.AddFirstUser(ctx, cesi.User{Name: name, Role: cesi.Admin, MustChange: mustChange}, hash)
		return err
	})
}

// forgetInitial removes the file with the first administrator's password, once
// that user has logged in, or has another password, or none.
func (s *Service) forgetInitial(name string) {
	if !cesi.SameUserName(name, initialUser) {
		return
	}
	if err := os.Remove(s.initial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("the file with the first password can't be removed: remove it", "file", s.initial, "error", err)
	}
}

// writePrivate puts a file that only its owner can read in place at once, and
// safely on the disk.
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

// syncFolder brings the names in a folder to the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
