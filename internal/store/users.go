package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cesi/internal/cesi"
)

const userColumns = `users.id, users.name, users.role, users.must_change, users.created, users.last_login, users.language, users.scheme`

// scanUser reads userColumns and any columns after them.
func scanUser(row scanner, more ...any) (cesi.User, error) {
	var (
		u                  cesi.User
		created, lastLogin int64
	)
	err := row.Scan(append([]any{&u.ID, &u.Name, &u.Role, &u.MustChange, &created, &lastLogin, &u.Language, &u.Scheme}, more...)...)
	u.Created, u.LastLogin = fromMicros(created), fromMicros(lastLogin)
	return u, err
}

// Users returns all users by name.
func (db *DB) Users(ctx context.Context) ([]cesi.User, error) {
	return list(ctx, db.sql, "list users", func(row scanner) (cesi.User, error) { return scanUser(row) },
		`SELECT `+userColumns+` FROM users ORDER BY name`)
}

// User returns the user of the name in any form (see cesi.FoldUserName), and the hash
// of the password; NotFound if there is none.
func (db *DB) User(ctx context.Context, name string) (cesi.User, string, error) {
	var hash string
	row := db.row(ctx, `SELECT `+userColumns+`, password FROM users WHERE folded = ?`, cesi.FoldUserName(name))
	u, err := scanUser(row, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return cesi.User{}, "", noSuchUser(name)
	}
	if err != nil {
		return cesi.User{}, "", fmt.Errorf("user %q: %w", name, err)
	}
	return u, hash, nil
}

// WerkzeugMethods returns the methods of the hashes of a Python CeSI that no login has
// replaced yet: the text before the first "$" of each, once.
func (db *DB) WerkzeugMethods(ctx context.Context) ([]string, error) {
	return list(ctx, db.sql, "list methods", func(row scanner) (method string, err error) {
		err = row.Scan(&method)
		return method, err
	}, `SELECT DISTINCT substr(password, 1, instr(password, '$') - 1) FROM users
		WHERE (password LIKE 'pbkdf2:%' OR password LIKE 'scrypt:%') AND instr(password, '$') > 0 ORDER BY 1`)
}

// AddUser stores a new user with its Name, Role and MustChange, and returns it with all
// fields; Conflict if the name is taken.
func (db *DB) AddUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error) {
	err := db.inTx(ctx, func(tx *sql.Tx) error { return db.insertUser(ctx, tx, &u, hash) })
	return u, err
}

// AddFirstUser is AddUser for an empty table; Conflict if there is any user.
func (db *DB) AddFirstUser(ctx context.Context, u cesi.User, hash string) (cesi.User, error) {
	err := db.inTx(ctx, func(tx *sql.Tx) error {
		var any bool
		if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users)`).Scan(&any); err != nil {
			return fmt.Errorf("count users: %w", err)
		}
		if any {
			return cesi.Errorf(cesi.Conflict, "there are users already")
		}
		return db.insertUser(ctx, tx, &u, hash)
	})
	return u, err
}

func (db *DB) insertUser(ctx context.Context, tx *sql.Tx, u *cesi.User, hash string) error {
	created := micros(db.now())
	err := tx.QueryRowContext(ctx, `INSERT INTO users (name, folded, password, role, must_change, created)
		VALUES (?, ?, ?, ?, ?, ?) RETURNING id`, u.Name, cesi.FoldUserName(u.Name), hash, u.Role, u.MustChange, created).Scan(&u.ID)
	if isUniqueViolation(err) {
		return nameTaken(ctx, tx, u.Name)
	}
	if err != nil {
		return fmt.Errorf("add user %q: %w", u.Name, err)
	}
	u.Created = fromMicros(created)
	return nil
}

// nameTaken names the user who already has the name, perhaps in another case.
func nameTaken(ctx context.Context, tx *sql.Tx, name string) error {
	u, err := findUser(ctx, tx, name)
	if err != nil {
		return err
	}
	if u.Name != name {
		return cesi.Errorf(cesi.Conflict, "there is already a user %q; case does not count", u.Name)
	}
	return cesi.Errorf(cesi.Conflict, "there is already a user %q", name)
}

// SetPassword gives the user a new password, ends the user's sessions and removes
// the user's API tokens.
func (db *DB) SetPassword(ctx context.Context, name, hash string, mustChange bool) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		u, err := findUser(ctx, tx, name)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE users SET password = ?, must_change = ? WHERE id = ?`, hash, mustChange, u.ID); err != nil {
			return fmt.Errorf("set password of %q: %w", name, err)
		}
		if _, err := deleteTokens(ctx, tx, u.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, u.ID)
	})
}

// ChangePassword replaces the password with hash oldHash by the user's own choice, ends
// the user's sessions and starts s. Conflict if the password has changed in between.
func (db *DB) ChangePassword(ctx context.Context, oldHash, newHash string, s cesi.Session) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		done, err := changes(tx.ExecContext(ctx, `UPDATE users SET password = ?, must_change = 0 WHERE id = ? AND password = ?`, newHash, s.User.ID, oldHash))
		if err != nil {
			return fmt.Errorf("change password of %q: %w", s.User.Name, err)
		}
		if done == 0 {
			return cesi.Errorf(cesi.Conflict, "this user was changed by someone else just now: try again")
		}
		if err := endSessions(ctx, tx, s.User.ID); err != nil {
			return err
		}
		return insertSession(ctx, tx, s)
	})
}

// Rehash replaces the hash of the user's password and keeps the sessions; with
// mustChange the user has to choose another password next. Conflict if the password no
// longer has the hash oldHash.
func (db *DB) Rehash(ctx context.Context, user int64, oldHash, newHash string, mustChange bool) error {
	done, err := changes(db.exec(ctx, `UPDATE users SET password = ?, must_change = must_change OR ? WHERE id = ? AND password = ?`,
		newHash, mustChange, user, oldHash))
	if err != nil {
		return fmt.Errorf("rehash password: %w", err)
	}
	if done == 0 {
		return cesi.Errorf(cesi.Conflict, "this user was changed by someone else just now: try again")
	}
	return nil
}

// SetRole gives the user another role, in force from the next request. Conflict for the
// last administrator.
func (db *DB) SetRole(ctx context.Context, name string, role cesi.Role) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		u, err := findUser(ctx, tx, name)
		if err != nil {
			return err
		}
		if role != cesi.Admin {
			if err := refuseLastAdmin(ctx, tx, u); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE users SET role = ? WHERE id = ?`, role, u.ID); err != nil {
			return fmt.Errorf("set role of %q: %w", name, err)
		}
		return nil
	})
}

// SetPreferences gives the user a language and a scheme; see cesi.User.
func (db *DB) SetPreferences(ctx context.Context, name, language, scheme string) error {
	n, err := changes(db.exec(ctx, `UPDATE users SET language = ?, scheme = ? WHERE folded = ?`, language, scheme, cesi.FoldUserName(name)))
	if err != nil {
		return fmt.Errorf("set preferences of %q: %w", name, err)
	}
	if n == 0 {
		return noSuchUser(name)
	}
	return nil
}

// DeleteUser removes the user and the user's sessions. Conflict for the last
// administrator.
func (db *DB) DeleteUser(ctx context.Context, name string) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		u, err := findUser(ctx, tx, name)
		if err != nil {
			return err
		}
		if err := refuseLastAdmin(ctx, tx, u); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM users WHERE id = ?`, u.ID); err != nil {
			return fmt.Errorf("delete user %q: %w", name, err)
		}
		return nil
	})
}

func findUser(ctx context.Context, tx *sql.Tx, name string) (cesi.User, error) {
	u, err := scanUser(tx.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE folded = ?`, cesi.FoldUserName(name)))
	if errors.Is(err, sql.ErrNoRows) {
		return cesi.User{}, noSuchUser(name)
	}
	if err != nil {
		return cesi.User{}, fmt.Errorf("user %q: %w", name, err)
	}
	return u, nil
}

// refuseLastAdmin fails if there is no administrator besides u. The transaction holds
// the write lock from its beginning, so two at once can't rely on each other.
func refuseLastAdmin(ctx context.Context, tx *sql.Tx, u cesi.User) error {
	if u.Role != cesi.Admin {
		return nil
	}
	var others bool
	err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE role = ? AND id <> ?)`, cesi.Admin, u.ID).Scan(&others)
	if err != nil {
		return fmt.Errorf("count administrators: %w", err)
	}
	if !others {
		return cesi.Errorf(cesi.Conflict, "%q is the last administrator: make another one first", u.Name)
	}
	return nil
}

func noSuchUser(name string) error {
	return cesi.Errorf(cesi.NotFound, "there is no user %q", name)
}

// changes returns how many rows a statement changed.
func changes(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
