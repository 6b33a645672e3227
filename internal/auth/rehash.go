package auth

import (
	"context"

	"cesi/internal/cesi"
)

// renewHash stores a password that has just proved right as bcrypt does, if it
// is stored as the Python CeSI did, and returns what is stored of it now. One
// that is too short by our rules has to be changed next. That it fails costs
// nothing: the old hash holds, and the next login tries again.
func (s *Service) renewHash(ctx context.Context, user *cesi.User, stored, password string) string {
	if !isWerkzeug(stored) || len(password) > maxPassword {
		return stored // bcrypt can't hold a longer one
	}
	weak := s.passwords.check(password) != nil
	renewed, err := s.passwords.hash(ctx, password)
	if err == nil {
		err = s.store.Rehash(ctx, user.ID, stored, renewed, weak)
	}
	if err != nil {
		s.log.Warn("a password can't be stored anew", "user", user.Name, "error", err)
		return stored
	}
	user.MustChange = user.MustChange || weak
	return renewed
}
