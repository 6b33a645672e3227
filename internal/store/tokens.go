package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"cesi/internal/cesi"
)

// maxTokens bounds the tokens of a user.
const maxTokens = 100

const tokenColumns = `tokens.id, tokens.name, tokens.created, expires, last_used`

// AddToken stores a token of its owner, who is given by name, and returns it with all
// fields. NotFound if there is no such user; Conflict if the owner has a token of that
// name, or too many.
func (db *DB) AddToken(ctx context.Context, t cesi.Token, hash cesi.TokenHash) (cesi.Token, error) {
	err := db.inTx(ctx, func(tx *sql.Tx) (err error) {
		if t.Owner, err = findUser(ctx, tx, t.Owner.Name); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM tokens WHERE user_id = ?`, t.Owner.ID).Scan(&have); err != nil {
			return fmt.Errorf("count tokens: %w", err)
		}
		if have >= maxTokens {
			return cesi.Errorf(cesi.Conflict, "%d tokens are the most: revoke one first", maxTokens)
		}
		err = tx.QueryRowContext(ctx, `INSERT INTO tokens (user_id, name, hash, created, expires) VALUES (?, ?, ?, ?, ?) RETURNING id`,
			t.Owner.ID, t.Name, hash[:], micros(t.Created), micros(t.Expires)).Scan(&t.ID)
		if isUniqueViolation(err) {
			return cesi.Errorf(cesi.Conflict, "there is already a token %q", t.Name)
		}
		if err != nil {
			return fmt.Errorf("add token: %w", err)
		}
		return nil
	})
	return t, err
}

// Token returns the token of the hash with the owner's current account; NotFound if
// there is none. The caller checks whether it has expired.
func (db *DB) Token(ctx context.Context, hash cesi.TokenHash) (cesi.Token, error) {
	row := db.row(ctx, `SELECT `+userColumns+`, `+tokenColumns+`
		FROM tokens JOIN users ON users.id = tokens.user_id WHERE hash = ?`, hash[:])
	t, err := scanToken(row)
	if errors.Is(err, sql.ErrNoRows) {
		return cesi.Token{}, cesi.Errorf(cesi.NotFound, "there is no such token")
	}
	if err != nil {
		return cesi.Token{}, fmt.Errorf("token: %w", err)
	}
	return t, nil
}

// Tokens returns the user's tokens by name.
func (db *DB) Tokens(ctx context.Context, user string) ([]cesi.Token, error) {
	return list(ctx, db.sql, "list tokens", scanToken, `SELECT `+userColumns+`, `+tokenColumns+`
		FROM tokens JOIN users ON users.id = tokens.user_id WHERE users.folded = ? ORDER BY tokens.name`, cesi.FoldUserName(user))
}

func scanToken(row scanner) (t cesi.Token, err error) {
	var created, expires, used int64
	t.Owner, err = scanUser(row, &t.ID, &t.Name, &created, &expires, &used)
	t.Created, t.Expires, t.LastUsed = fromMicros(created), fromMicros(expires), fromMicros(used)
	return t, err
}

// TouchTokens records when the tokens were last used, by ID. Deleted tokens are
// ignored.
func (db *DB) TouchTokens(ctx context.Context, used map[int64]time.Time) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		for id, at := range used {
			if _, err := tx.ExecContext(ctx, `UPDATE tokens SET last_used = ? WHERE id = ?`, micros(at), id); err != nil {
				return fmt.Errorf("touch token: %w", err)
			}
		}
		return nil
	})
}

// DeleteToken removes one of the user's tokens and returns its name; NotFound if there
// is none with the ID.
func (db *DB) DeleteToken(ctx context.Context, user string, id int64) (string, error) {
	var name string
	err := db.row(ctx, `DELETE FROM tokens WHERE id = ? AND user_id = (SELECT id FROM users WHERE folded = ?) RETURNING name`,
		id, cesi.FoldUserName(user)).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", cesi.Errorf(cesi.NotFound, "there is no such token")
	}
	if err != nil {
		return "", fmt.Errorf("delete token: %w", err)
	}
	return name, nil
}

// DeleteTokens removes all tokens of the user and returns how many; NotFound if there
// is no such user.
func (db *DB) DeleteTokens(ctx context.Context, user string) (n int, err error) {
	err = db.inTx(ctx, func(tx *sql.Tx) error {
		u, err := findUser(ctx, tx, user)
		if err != nil {
			return err
		}
		n, err = deleteTokens(ctx, tx, u.ID)
		return err
	})
	return n, err
}

func deleteTokens(ctx context.Context, tx *sql.Tx, user int64) (int, error) {
	n, err := changes(tx.ExecContext(ctx, `DELETE FROM tokens WHERE user_id = ?`, user))
	if err != nil {
		return 0, fmt.Errorf("delete tokens: %w", err)
	}
	return n, nil
}
