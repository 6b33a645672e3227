package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"

	"cesi/migrations"
)

// VersionTable is the table in which goose records the migrations of a database.
const VersionTable = goose.DefaultTablename

const (
	migrationTries = 5
	migrationPause = 100 * time.Millisecond
)

// migrate applies the missing migrations, and returns sentences about renamed users.
// Two processes may do so at once: then one transaction fails, and the next try finds
// nothing to do.
func migrate(ctx context.Context, pool *sql.DB) (remarks []string, err error) {
	for range migrationTries {
		if remarks, err = migrateOnce(ctx, pool); err == nil {
			return remarks, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(migrationPause):
		}
	}
	return nil, fmt.Errorf("migrate: %w", err)
}

func migrateOnce(ctx context.Context, pool *sql.DB) (remarks []string, err error) {
	provider, err := newProvider(pool, func(ctx context.Context, tx *sql.Tx) (err error) {
		if remarks, err = foldUsers(ctx, tx); err != nil {
			return err
		}
		return makeDeviceKey(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	_, err = provider.Up(ctx)
	return remarks, err
}

// newestVersion is the newest version of the schema that this program knows.
func newestVersion(pool *sql.DB) (int64, error) {
	provider, err := newProvider(pool, nil)
	if err != nil {
		return 0, err
	}
	sources := provider.ListSources()
	return sources[len(sources)-1].Version, nil
}

// newProvider has all migrations: those in SQL, and number goVersion.
func newProvider(pool *sql.DB, ours func(context.Context, *sql.Tx) error) (*goose.Provider, error) {
	return goose.NewProvider(goose.DialectSQLite3, pool, migrations.Files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()),
		goose.WithGoMigrations(goose.NewGoMigration(goVersion, &goose.GoFunc{RunTx: ours}, nil)))
}
