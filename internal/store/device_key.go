package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
)

// deviceKeyBytes is the length of the key that signs devices.
const deviceKeyBytes = 32

// DeviceKey returns the key with which auth recognises browsers of earlier logins: 32
// random bytes, made with the database.
func (db *DB) DeviceKey(ctx context.Context) (key []byte, err error) {
	if err := db.row(ctx, `SELECT key FROM device_key`).Scan(&key); err != nil {
		return nil, fmt.Errorf("device key: %w", err)
	}
	return key, nil
}

// makeDeviceKey is part of a migration: SQLite's random numbers are not secure enough
// for keys.
func makeDeviceKey(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, `CREATE TABLE device_key (key BLOB NOT NULL) STRICT`); err != nil {
		return fmt.Errorf("make device_key: %w", err)
	}
	key := make([]byte, deviceKeyBytes)
	_, _ = rand.Read(key) // never fails: see crypto/rand
	if _, err := tx.ExecContext(ctx, `INSERT INTO device_key (key) VALUES (?)`, key); err != nil {
		return fmt.Errorf("make device key: %w", err)
	}
	return nil
}
