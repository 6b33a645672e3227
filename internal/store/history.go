package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"cesi/internal/cesi"
)

const (
	// historyChunk is how many rows of the history one transaction writes, so that
	// others can write in between.
	historyChunk = 1000
	// holds is the column until of the last row of a process.
	holds = math.MaxInt32
)

// StoreHistory stores spans and points, also those that have changed since they were
// last stored. It returns when ctx ends, even if the database is locked. Parts stored
// by then stay, and may be given again.
func (db *DB) StoreHistory(ctx context.Context, h cesi.History) error {
	done := make(chan error, 1)
	go func() {
		done <- cesi.Contain(slog.Default(), "store the history", func() error { return db.storeHistory(ctx, h) })
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("store history: %w", ctx.Err())
	}
}

func (db *DB) storeHistory(ctx context.Context, h cesi.History) error {
	// Spans go first: a node without spans counts as removed.
	for chunk := range slices.Chunk(h.Answered, historyChunk) {
		if err := db.inTx(ctx, func(tx *sql.Tx) error { return storeStretches(ctx, tx, chunk) }); err != nil {
			return fmt.Errorf("store history: %w", err)
		}
	}
	for chunk := range slices.Chunk(h.Points, historyChunk) {
		if err := db.inTx(ctx, func(tx *sql.Tx) error { return storePoints(ctx, tx, chunk) }); err != nil {
			return fmt.Errorf("store history: %w", err)
		}
	}
	return nil
}

func storeStretches(ctx context.Context, tx *sql.Tx, stretches []cesi.NodeSpan) error {
	put, err := tx.PrepareContext(ctx, `INSERT INTO history_answered (node, first, last) VALUES (?, ?, ?)
		ON CONFLICT (node, first) DO UPDATE SET last = excluded.last`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, s := range stretches {
		if _, err := put.ExecContext(ctx, s.Node, s.First, s.Last); err != nil {
			return err
		}
	}
	return nil
}

// storePoints stores each point, and ends the one before it there.
func storePoints(ctx context.Context, tx *sql.Tx, points []cesi.ProcessPoint) error {
	end, err := tx.PrepareContext(ctx, `UPDATE history SET until = ?4 WHERE node = ?1 AND grp = ?2 AND process = ?3 AND until > ?4
		AND slot = (SELECT max(slot) FROM history WHERE node = ?1 AND grp = ?2 AND process = ?3 AND slot < ?4)`)
	if err != nil {
		return err
	}
	defer end.Close()
	put, err := tx.PrepareContext(ctx, `INSERT INTO history (node, grp, process, slot, shown, last) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (node, grp, process, slot) DO UPDATE SET shown = excluded.shown, last = excluded.last`)
	if err != nil {
		return err
	}
	defer put.Close()
	for _, p := range points {
		if _, err := end.ExecContext(ctx, p.Node, p.Group, p.Name, p.Bucket); err != nil {
			return err
		}
		if _, err := put.ExecContext(ctx, p.Node, p.Group, p.Name, p.Bucket, p.Worst, p.Last); err != nil {
			return err
		}
	}
	return nil
}

// History returns the stored history from the slot of since on, with the earlier point
// that still held then. Points in the future are left out: they came from a wrong
// clock.
func (db *DB) History(ctx context.Context, since time.Time) (h cesi.History, err error) {
	slot, now := cesi.BucketOf(since), cesi.BucketOf(db.now())
	h.Answered, err = list(ctx, db.sql, "read history", scanStretch, `SELECT node, first, last FROM history_answered
		WHERE last >= ? AND first <= ?`, slot, now)
	if err != nil {
		return h, err
	}
	h.Points, err = list(ctx, db.sql, "read history", scanPoint, `SELECT node, grp, process, slot, shown, last FROM history
		WHERE until > ? AND slot <= ?`, slot, now)
	return h, err
}

func scanStretch(row scanner) (s cesi.NodeSpan, err error) {
	err = row.Scan(&s.Node, &s.First, &s.Last)
	return s, err
}

func scanPoint(row scanner) (p cesi.ProcessPoint, err error) {
	err = row.Scan(&p.Node, &p.Group, &p.Name, &p.Bucket, &p.Worst, &p.Last)
	return p, err
}

// DeleteHistory removes the history before the time, in the future, and of nodes that
// have not answered since then. The current state of a process stays, however old it
// is. It returns how many rows were removed.
func (db *DB) DeleteHistory(ctx context.Context, before time.Time) (int, error) {
	slot, ahead := cesi.BucketOf(before), cesi.BucketOf(db.now())+1
	const point = `(node, grp, process, slot)`
	statements := []struct {
		text string
		args []any
	}{
		{`DELETE FROM history_answered WHERE (node, first) IN (SELECT node, first FROM history_answered WHERE last < ? OR first > ? LIMIT ?)`,
			[]any{slot, ahead, historyChunk}},
		{`DELETE FROM history WHERE ` + point + ` IN (SELECT node, grp, process, slot FROM history WHERE until <= ? OR slot > ? LIMIT ?)`,
			[]any{slot, ahead, historyChunk}},
		{`DELETE FROM history WHERE ` + point + ` IN (SELECT node, grp, process, slot FROM history
			WHERE until = ? AND (last = ? AND slot < ? OR node NOT IN (SELECT node FROM history_answered)) LIMIT ?)`,
			[]any{holds, cesi.MarkNoData, slot, historyChunk}},
	}
	total := 0
	for _, s := range statements {
		for n := historyChunk; n == historyChunk; total += n {
			var err error
			if n, err = changes(db.exec(ctx, s.text, s.args...)); err != nil {
				return total, fmt.Errorf("delete history: %w", err)
			}
		}
	}
	return total, nil
}
