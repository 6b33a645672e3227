package auth

import (
	"context"

	"cesi/internal/cesi"
)

// renewHash hashes a password that was just proved right with bcrypt, if its hash is
// one of the Python CeSI, and returns the stored hash. A password that is too short by
// our rules has to be changed next. If it fails, the old hash stays valid, and the next
// login tries again.
func (s *Service) renewHash(ctx context.Context, user *cesi.User, stored, password string) string {
	if !isWerkzeug(stored) || len(password) > maxPassword {
		return stored // bcrypt can't hash a longer one
	}
	weak := s.passwords.check(password) != nil
	renewed, err := s.passwords.hash(ctx, password)
	if err == nil {
		err = s.store.Rehash(ctx, user.ID, stored, renewed, weak)
	}
	if err != nil {
		s.log.Warn("a password's new hash can't be stored", "user", user.Name, "error", err)
		return stored
	}
	user.MustChange = user.MustChange || weak
	return renewed
}
