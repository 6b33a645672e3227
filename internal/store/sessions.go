package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"cesi/internal/cesi"
)

// maxUserAgent bounds the stored name of a browser, in bytes.
const maxUserAgent = 256

// StartSession stores a session of the user whose password has the hash, records the
// login, and ends the session ends, if it exists. Unauthorized if the user is deleted
// or has another password now.
func (db *DB) StartSession(ctx context.Context, s cesi.Session, hash string, ends cesi.TokenHash) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		done, err := changes(tx.ExecContext(ctx, `UPDATE users SET last_login = ? WHERE id = ? AND password = ?`, micros(s.Created), s.User.ID, hash))
		if err != nil {
			return fmt.Errorf("note login of %q: %w", s.User.Name, err)
		}
		if done == 0 {
			return cesi.Errorf(cesi.Unauthorized, "this user was changed by someone else just now: try again")
		}
		if err := endSession(ctx, tx, ends); err != nil {
			return err
		}
		return insertSession(ctx, tx, s)
	})
}

// insertSession stores a session. If there are too many, the user's sessions with the
// oldest use end.
func insertSession(ctx context.Context, tx *sql.Tx, s cesi.Session) error {
	if s.LastSeen.Before(s.Created) {
		s.LastSeen = s.Created
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = ?1 AND token NOT IN
		(SELECT token FROM sessions WHERE user_id = ?1 ORDER BY last_seen DESC, created DESC LIMIT ?2)`, s.User.ID, cesi.MaxSessions-1)
	if err != nil {
		return fmt.Errorf("make room for a session of %q: %w", s.User.Name, err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sessions (token, user_id, created, last_seen, expires, address, user_agent)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, s.Token[:], s.User.ID, micros(s.Created), micros(s.LastSeen), micros(s.Expires),
		s.Address, clip(s.UserAgent, maxUserAgent))
	if err != nil {
		return fmt.Errorf("start session of %q: %w", s.User.Name, err)
	}
	return nil
}

// Session returns the session of the token with the user's current account; NotFound if
// there is none. The caller checks whether it has expired.
func (db *DB) Session(ctx context.Context, token cesi.TokenHash) (cesi.Session, error) {
	row := db.row(ctx, `SELECT `+userColumns+`, token, sessions.created, last_seen, expires, address, user_agent
		FROM sessions JOIN users ON users.id = sessions.user_id WHERE token = ?`, token[:])
	s, err := scanSession(row)
	if errors.Is(err, sql.ErrNoRows) {
		return cesi.Session{}, cesi.Errorf(cesi.NotFound, "there is no such session")
	}
	if err != nil {
		return cesi.Session{}, fmt.Errorf("session: %w", err)
	}
	return s, nil
}

// TouchSessions records when the sessions were last used. Ended sessions are ignored.
func (db *DB) TouchSessions(ctx context.Context, seen map[cesi.TokenHash]time.Time) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		for token, at := range seen {
			if _, err := tx.ExecContext(ctx, `UPDATE sessions SET last_seen = ? WHERE token = ?`, micros(at), token[:]); err != nil {
				return fmt.Errorf("touch session: %w", err)
			}
		}
		return nil
	})
}

// EndSession removes the session, if it exists.
func (db *DB) EndSession(ctx context.Context, token cesi.TokenHash) error {
	return db.inTx(ctx, func(tx *sql.Tx) error { return endSession(ctx, tx, token) })
}

// DeleteExpiredSessions removes the sessions that end by at, and those that were not
// used after idleSince, unless that is zero. It returns how many.
func (db *DB) DeleteExpiredSessions(ctx context.Context, at, idleSince time.Time) (int, error) {
	n, err := changes(db.exec(ctx, `DELETE FROM sessions WHERE expires <= ?1 OR ?2 > 0 AND last_seen <= ?2`,
		micros(at), micros(idleSince)))
	if err != nil {
		return 0, fmt.Errorf("delete expired sessions: %w", err)
	}
	return n, nil
}

func endSession(ctx context.Context, tx *sql.Tx, token cesi.TokenHash) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE token = ?`, token[:]); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

func endSessions(ctx context.Context, tx *sql.Tx, user int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM sessions WHERE user_id = ?`, user); err != nil {
		return fmt.Errorf("end sessions: %w", err)
	}
	return nil
}

// clip cuts a text to at most limit bytes, between characters, and makes it valid
// UTF-8.
func clip(s string, limit int) string {
	if len(s) > limit {
		s = s[:limit]
	}
	return strings.ToValidUTF8(s, "")
}
