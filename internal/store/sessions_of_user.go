package store

import (
	"context"
	"database/sql"
	"fmt"

	"cesi/internal/cesi"
)

// Sessions returns the user's sessions, last used first. The caller checks whether they
// have expired.
func (db *DB) Sessions(ctx context.Context, user string) ([]cesi.Session, error) {
	return list(ctx, db.sql, "list sessions", scanSession, `SELECT `+userColumns+`, token, sessions.created, last_seen, expires, address, user_agent
		FROM sessions JOIN users ON users.id = sessions.user_id WHERE users.folded = ? ORDER BY last_seen DESC, sessions.created DESC`, cesi.FoldUserName(user))
}

func scanSession(row scanner) (s cesi.Session, err error) {
	var (
		token                  []byte
		created, seen, expires int64
	)
	s.User, err = scanUser(row, &token, &created, &seen, &expires, &s.Address, &s.UserAgent)
	copy(s.Token[:], token)
	s.Created, s.LastSeen, s.Expires = fromMicros(created), fromMicros(seen), fromMicros(expires)
	return s, err
}

// EndSessionOf ends the user's session with the ID and returns its address; NotFound if
// there is none.
func (db *DB) EndSessionOf(ctx context.Context, user, id string) (address string, err error) {
	sessions, err := db.Sessions(ctx, user)
	if err != nil {
		return "", err
	}
	for _, s := range sessions {
		if s.Token.ID() == id {
			return s.Address, db.EndSession(ctx, s.Token)
		}
	}
	return "", cesi.Errorf(cesi.NotFound, "this session has ended already")
}

// EndSessions ends all the user's sessions except the one of the token, and returns how
// many; NotFound if there is no such user.
func (db *DB) EndSessions(ctx context.Context, user string, but cesi.TokenHash) (n int, err error) {
	err = db.inTx(ctx, func(tx *sql.Tx) error {
		u, err := findUser(ctx, tx, user)
		if err != nil {
			return err
		}
		n, err = changes(tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = ? AND token <> ?`, u.ID, but[:]))
		if err != nil {
			return fmt.Errorf("end sessions: %w", err)
		}
		return nil
	})
	return n, err
}
