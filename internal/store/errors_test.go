package store

import (
	"context"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// lockForTest has another connection hold the write lock until the test ends, and
// db wait for it a millisecond only.
func lockForTest(t *testing.T, db *DB, path string) {
	t.Helper()
	db.sql.SetMaxOpenConns(1)
	if _, err := db.sql.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	tx, err := reopenTest(t, path).sql.BeginTx(t.Context(), nil) // immediate
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
}

func TestStore_WriteToLockedDatabaseIsUnavailable(t *testing.T) {
	db, path := openTest(t)
	ann := addUser(t, db, "ann", cesi.Admin)
	startSession(t, db, ann, 's', 0)
	lockForTest(t, db, path)
	seen := map[cesi.TokenHash]time.Time{{'s'}: noon}
	for name, write := range map[string]func(context.Context) error{
		"AddUser": func(ctx context.Context) error { _, err := db.AddUser(ctx, cesi.User{Name: "bob"}, "h"); return err },
		"AddFirstUser": func(ctx context.Context) error {
			_, err := db.AddFirstUser(ctx, cesi.User{Name: "bob"}, "h")
			return err
		},
		"SetPassword":    func(ctx context.Context) error { return db.SetPassword(ctx, "ann", "h", false) },
		"SetRole":        func(ctx context.Context) error { return db.SetRole(ctx, "ann", cesi.Admin) },
		"SetPreferences": func(ctx context.Context) error { return db.SetPreferences(ctx, "ann", "en", "dark") },
		"DeleteUser":     func(ctx context.Context) error { return db.DeleteUser(ctx, "ann") },
		"Rehash":         func(ctx context.Context) error { return db.Rehash(ctx, ann.ID, "hash of ann", "h", false) },
		"ChangePassword": func(ctx context.Context) error {
			return db.ChangePassword(ctx, "hash of ann", "h", cesi.Session{User: ann})
		},
		"StartSession": func(ctx context.Context) error {
			return db.StartSession(ctx, cesi.Session{User: ann}, "hash of ann", cesi.TokenHash{})
		},
		"EndSession":  func(ctx context.Context) error { return db.EndSession(ctx, cesi.TokenHash{'s'}) },
		"EndSessions": func(ctx context.Context) error { _, err := db.EndSessions(ctx, "ann", cesi.TokenHash{}); return err },
		"EndSessionOf": func(ctx context.Context) error {
			_, err := db.EndSessionOf(ctx, "ann", cesi.TokenHash{'s'}.ID())
			return err
		},
		"TouchSessions":         func(ctx context.Context) error { return db.TouchSessions(ctx, seen) },
		"DeleteExpiredSessions": func(ctx context.Context) error { _, err := db.DeleteExpiredSessions(ctx, noon, noon); return err },
		"AddToken": func(ctx context.Context) error {
			_, err := db.AddToken(ctx, cesi.Token{Name: "ci", Owner: ann}, cesi.TokenHash{'t'})
			return err
		},
		"TouchTokens":  func(ctx context.Context) error { return db.TouchTokens(ctx, map[int64]time.Time{1: noon}) },
		"DeleteToken":  func(ctx context.Context) error { _, err := db.DeleteToken(ctx, "ann", 1); return err },
		"DeleteTokens": func(ctx context.Context) error { _, err := db.DeleteTokens(ctx, "ann"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			wantKind(t, write(t.Context()), cesi.Unavailable, "locked by another program")
		})
	}
	if _, err := db.Users(t.Context()); err != nil {
		t.Errorf("reading waits for no lock: %v", err)
	}
}
