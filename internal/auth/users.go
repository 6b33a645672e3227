package auth

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"cesi/internal/cesi"
)

// Users returns all users by name. The caller checks who may see them.
func (s *Service) Users(ctx context.Context) ([]cesi.User, error) {
	return s.store.Users(ctx)
}

// Accounts returns all users by name, each with the number of sessions and tokens. The
// caller checks who may see them.
func (s *Service) Accounts(ctx context.Context) ([]cesi.Account, error) {
	now := s.now()
	return s.store.Accounts(ctx, now.Add(-s.sessionLifetime()), now)
}

// NewPassword makes a random password that the user is meant to change.
func NewPassword() string { return strings.ToLower(rand.Text()) }

// AddUser adds a user. With mustChange the password must be replaced at the first
// login. Errors: Forbidden, Invalid (name, password, role), Conflict.
func (s *Service) AddUser(ctx context.Context, actor cesi.Actor, name, password string, role cesi.Role, mustChange bool) error {
	return s.manage(ctx, actor, cesi.ActionUserAdd, name, func(entry *cesi.Activity) error {
		entry.Message = cesi.Raw(role.String())
		if err := cesi.ValidateUserName(name); err != nil {
			return err
		}
		if err := checkRole(role); err != nil {
			return err
		}
		hash, err := s.newHash(ctx, password)
		if err != nil {
			return err
		}
		_, err = s.store.AddUser(ctx, cesi.User{Name: name, Role: role, MustChange: mustChange}, hash)
		return err
	})
}

// SetPassword gives another user a password, ends the user's sessions and revokes the
// user's API tokens: a reset ends every access. With mustChange the password must be
// replaced at the next login. Errors: Forbidden, NotFound, Invalid (also for the
// actor's own password, which needs the old one).
func (s *Service) SetPassword(ctx context.Context, actor cesi.Actor, name, password string, mustChange bool) error {
	return s.manage(ctx, actor, cesi.ActionUserPassword, name, func(*cesi.Activity) error {
		if cesi.SameUserName(actor.User, name) {
			return cesi.Errorf(cesi.Invalid, "change your own password in your profile")
		}
		hash, err := s.newHash(ctx, password)
		if err != nil {
			return err
		}
		if err := s.store.SetPassword(ctx, name, hash, mustChange); err != nil {
			return err
		}
		s.forgetInitial(name)
		return nil
	})
}

// SetRole gives a user another role, in force from the user's next request. Errors:
// Forbidden, NotFound, Invalid, Conflict for the last administrator.
func (s *Service) SetRole(ctx context.Context, actor cesi.Actor, name string, role cesi.Role) error {
	return s.manage(ctx, actor, cesi.ActionUserRole, name, func(entry *cesi.Activity) error {
		entry.Message = cesi.Raw(role.String())
		if err := checkRole(role); err != nil {
			return err
		}
		return s.store.SetRole(ctx, name, role)
	})
}

// DeleteUser removes a user and ends the user's sessions. Errors: Forbidden,
// NotFound, Conflict for the last administrator.
func (s *Service) DeleteUser(ctx context.Context, actor cesi.Actor, name string) error {
	return s.manage(ctx, actor, cesi.ActionUserDelete, name, func(*cesi.Activity) error {
		if err := s.store.DeleteUser(ctx, name); err != nil {
			return err
		}
		s.forgetInitial(name)
		return nil
	})
}

// ChangePassword replaces the actor's own password, ends all of the user's sessions and
// returns the token of a new one. Wrong old passwords are throttled together with
// failed logins. Errors: Unauthorized (the session of token has ended, or is not the
// actor's), Forbidden (old is wrong), a ThrottledError, Invalid.
func (s *Service) ChangePassword(ctx context.Context, actor cesi.Actor, token, old, next string) (string, error) {
	session, err := s.session(ctx, token)
	if err != nil {
		return "", err
	}
	if session.User.Name != actor.User {
		return "", errNoSession()
	}
	wrong := cesi.Errorf(cesi.Forbidden, "the old password is wrong")
	failure := cesi.Activity{Action: cesi.ActionUserPassword, User: actor.User, Address: actor.Address,
		Target: actor.User, Message: wrong.Text}
	user, oldHash, try, err := s.authenticate(ctx, failure, actor.User, old, "")
	if cesi.KindOf(err) == cesi.Unauthorized {
		return "", wrong
	}
	if err != nil {
		return "", err
	}
	try.succeed()
	newToken, fresh := s.newSession(user, actor.Address, session.UserAgent)
	change := cesi.Activity{Action: cesi.ActionUserPassword, Target: actor.User}
	err = s.audit(ctx, actor, change, func(*cesi.Activity) error { return s.replace(ctx, old, next, oldHash, fresh) })
	if err != nil {
		return "", err
	}
	return newToken, nil
}

// replace stores a new password that the user chose.
func (s *Service) replace(ctx context.Context, old, next, oldHash string, fresh cesi.Session) error {
	if next == old {
		return cesi.Errorf(cesi.Invalid, "the new password is the old one")
	}
	newHash, err := s.newHash(ctx, next)
	if err != nil {
		return err
	}
	return s.store.ChangePassword(ctx, oldHash, newHash, fresh)
}

// newHash checks a new password and returns its hash.
func (s *Service) newHash(ctx context.Context, password string) (string, error) {
	if err := s.passwords.check(password); err != nil {
		return "", err
	}
	return s.passwords.hash(ctx, password)
}

// manage is audit for actions that need the permission to manage users.
func (s *Service) manage(ctx context.Context, actor cesi.Actor, action cesi.Action, name string, do func(*cesi.Activity) error) error {
	return s.audit(ctx, actor, cesi.Activity{Action: action, Target: clip(name)}, func(entry *cesi.Activity) error {
		if err := mayManage(actor); err != nil {
			return err
		}
		return do(entry)
	})
}

// audit does something and writes the result to the activity log. The message that do
// sets on the entry is kept unless do fails.
func (s *Service) audit(ctx context.Context, actor cesi.Actor, entry cesi.Activity, do func(*cesi.Activity) error) error {
	entry.Time, entry.User, entry.Address, entry.Result = s.now(), actor.User, actor.Address, cesi.OK
	err := do(&entry)
	if err != nil {
		entry.Result, entry.Message = cesi.Failed, cesi.TextOf(err)
	}
	entry.Duration = s.now().Sub(entry.Time)
	s.journal.Add(ctx, entry)
	return err
}

func mayManage(actor cesi.Actor) error {
	if actor.Role.Can(cesi.ManageUsers) {
		return nil
	}
	return cesi.Errorf(cesi.Forbidden, "only administrators manage users")
}

func checkRole(role cesi.Role) error {
	if slices.Contains(cesi.Roles(), role) {
		return nil
	}
	return cesi.Errorf(cesi.Invalid, "%d is not a role: want 0 to %d", int(role), int(cesi.Viewer))
}
