package main

import (
	"context"
	"log/slog"
	"time"

	"cesi/internal/auth"
	"cesi/internal/config"
	"cesi/internal/store"
)

// openDatabase opens the configuration's database. One of a Python CeSI is taken
// over first, and the log says what became of it.
func openDatabase(ctx context.Context, conf *config.Config, log *slog.Logger) (*store.DB, error) {
	taken, err := store.TakeOver(ctx, conf.Database, time.Now, auth.OldPassword)
	if err != nil {
		return nil, err
	}
	if taken != nil {
		log.Warn("the database of the Python CeSI was taken over", "database", conf.Database, "from", taken.From, "users", taken.Users)
		for _, remark := range taken.Remarks {
			log.Warn("taken over: " + remark)
		}
		log.Warn("the old database is kept and still holds the passwords: remove it once everybody can log in", "file", taken.Copy)
	}
	return store.Open(ctx, conf.Database, time.Now)
}
