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

// openDatabase opens the configuration's database. One of a Python CeSI is taken
// over first, and the log says what became of it.
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

// absolute writes a path that is relative to the working directory so that it
// means the same to whoever reads it elsewhere: in the log, on a page.
func absolute(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return path // the working directory is gone
	}
	return whole
}
