package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"cesi/migrations"
)

// versionTable is where goose notes which migrations a database has had.
const versionTable = goose.DefaultTablename

const (
	migrationTries = 5
	migrationPause = 100 * time.Millisecond
)

// migrate applies what is missing. Two processes may do so at once: one of them
// then finds its transaction refused, and at the next try nothing left to do.
func migrate(ctx context.Context, pool *sql.DB) error {
	var err error
	for range migrationTries {
		if err = migrateOnce(ctx, pool); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(migrationPause):
		}
	}
	return fmt.Errorf("migrate: %w", err)
}

func migrateOnce(ctx context.Context, pool *sql.DB) error {
	provider, err := newProvider(pool)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// newestVersion is the version of the schema that this program knows.
func newestVersion(pool *sql.DB) (int64, error) {
	provider, err := newProvider(pool)
	if err != nil {
		return 0, err
	}
	sources := provider.ListSources()
	return sources[len(sources)-1].Version, nil
}

func newProvider(pool *sql.DB) (*goose.Provider, error) {
	return goose.NewProvider(goose.DialectSQLite3, pool, migrations.Files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}
