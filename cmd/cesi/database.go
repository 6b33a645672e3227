package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"cesi/internal/auth"
	"cesi/internal/config"
	"cesi/internal/store"
	"cesi/internal/store/legacy"
)

// openDatabase opens the configuration's database. A database of the Python CeSI is
// imported first, and the log has the result.
func openDatabase(ctx context.Context, conf *config.Config, log *slog.Logger) (*store.DB, error) {
	path := absolute(conf.Database)
	taken, err := legacy.Import(ctx, path, time.Now, auth.LegacyPassword)
	if err != nil {
		return nil, err
	}
	if taken != nil {
		log.Warn("the database of the Python CeSI was taken over", "database", path, "from", taken.From, "users", taken.Users)
		for _, remark := range taken.Remarks {
			log.Warn("taken over: " + remark)
		}
		log.Warn("the old database is kept and still holds the passwords: remove it once everybody can log in", "file", taken.Copy)
	}
	db, err := store.Open(ctx, path, time.Now)
	if err != nil {
		return nil, err
	}
	for _, remark := range db.Remarks() {
		log.Warn("new schema of the database: " + remark)
	}
	return db, nil
}

// absolute returns the absolute form of a path, which is clear also in the log and on
// pages.
func absolute(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return path // there is no working directory
	}
	return whole
}
