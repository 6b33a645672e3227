package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// benchEntries is how much of an activity log the benchmark searches.
const benchEntries = 200_000

// BenchmarkActivityLines_ByFilter measures a page of a long activity log, by filter.
func BenchmarkActivityLines_ByFilter(b *testing.B) {
	db, err := Open(b.Context(), filepath.Join(b.TempDir(), "cesi.db"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if err := fill(b.Context(), db, benchEntries); err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name   string
		filter ActivityFilter
	}{
		{"newest", ActivityFilter{}},
		{"oldest", ActivityFilter{Before: 5000}},
		{"user", ActivityFilter{User: "user-3"}},
		{"node", ActivityFilter{Node: "node-77"}},
		{"process", ActivityFilter{Target: "group-5:p1"}},
		{"group", ActivityFilter{Target: "group-5:*"}},
		{"rare-result", ActivityFilter{Result: cesi.Interrupted}},
		{"node-and-user", ActivityFilter{Node: "node-77", User: "user-3", Public: true}},
		{"text-common", ActivityFilter{Text: "group-5"}},
		{"text-nowhere", ActivityFilter{Text: "no such text", Public: true}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			bench.filter.Limit = 51
			for b.Loop() {
				if _, err := db.ActivityLines(b.Context(), bench.filter, 25); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fill writes n entries, of which each fiftieth is a command on many with 24
// targets.
func fill(ctx context.Context, db *DB, n int) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO activity (`+activityColumns+`, writer) VALUES (?, ?, ?, ?, '10.0.0.7', ?, ?, ?, '', ?, 1, ?, 1, 1)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		parent := 0
		for id := 1; id <= n; id++ {
			result, of := cesi.OK, 0
			switch {
			case id%50 == 0:
				parent = id
			case id%50 < 25 && parent > 0:
				of = parent
			}
			if id%9973 == 0 {
				result = cesi.Interrupted
			}
			target := fmt.Sprintf("group-%d:p%d", id%13, id%7)
			if parent == id {
				target = "*"
			}
			_, err := insert.ExecContext(ctx, id, of, id, fmt.Sprintf("user-%d", id/50%17), cesi.ActionRestart,
				fmt.Sprintf("node-%d", id%997), target, result, "exit status 1 (not expected)")
			if err != nil {
				return err
			}
		}
		return nil
	})
}
