package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"cesi/internal/cesi"
)

const (
	mirrorChunk = 200 // entries read at once
	// maxUnnoted is how many lines are written before the database records it. Until
	// then each is read again, and each recording is a commit.
	maxUnnoted = 32
)

// mirror keeps a text file that follows the activity log. The database records which
// entries have no line yet, including those of other programs: an entry gets its line
// when it is complete, also if the file could not be written for a while or the server
// was down. A crash can repeat the lines of its last second, but loses none.
type mirror struct {
	db    *DB
	log   *slog.Logger
	path  atomic.Pointer[string]
	lines *worker     // runs write
	ticks *worker     // runs upkeep
	ends  *worker     // runs end
	drop  atomic.Bool // the next upkeep clears the marks of unwanted lines
	stuck atomic.Bool // a caller waited for a line in vain, and no write has ended since

	mu      sync.Mutex // held while the file is written, which may hang
	file    *appendFile
	written []cesi.ActivityID // have their lines, which is not recorded yet
	failing bool
}

func newMirror(db *DB, log *slog.Logger) *mirror {
	m := &mirror{db: db, log: log}
	m.setPath("")
	m.lines = &worker{run: m.write, log: log}
	m.ticks = &worker{run: m.upkeep, log: log}
	m.ends = &worker{run: m.end, log: log}
	return m
}

func (m *mirror) setPath(path string) { m.path.Store(&path) }

func (m *mirror) on() bool { return *m.path.Load() != "" }

// begin has the missing lines written and recorded in the database, and returns a channel
// that is closed after that: a file that hangs must delay only its own lines. With drop,
// and without a mirror, it also clears the marks of unwanted lines.
func (m *mirror) begin(drop bool) <-chan struct{} {
	if drop {
		m.drop.Store(true)
	}
	return m.ticks.kick()
}

// upkeep is the work of begin.
func (m *mirror) upkeep() {
	m.write()
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	m.mu.Lock()
	err := m.note(ctx)
	m.mu.Unlock()
	if err != nil {
		m.log.Warn("lines of the activity log's text file may be repeated", "error", err)
	}
	if m.drop.Swap(false) && !m.on() {
		m.forget(ctx)
	}
}

// forget clears the marks of unwanted lines. A failure does not matter: the next call
// tries again.
func (m *mirror) forget(ctx context.Context) {
	if err := m.db.forgetLines(ctx); err != nil && ctx.Err() == nil {
		m.log.Debug("entries that need no line are still marked", "error", err)
	}
}

// write writes the missing lines.
func (m *mirror) write() {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.stuck.Store(false)
	for {
		n, err := m.writeChunk()
		m.report(err)
		if err != nil || n == 0 {
			return
		}
	}
}

// writeChunk writes up to mirrorChunk lines and returns how many it wrote.
func (m *mirror) writeChunk() (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	if err := m.open(); err != nil || m.file == nil {
		return 0, err
	}
	if len(m.written) >= maxUnnoted {
		if err := m.note(ctx); err != nil {
			return 0, err
		}
	}
	entries, err := m.db.unmirrored(ctx, len(m.written)+mirrorChunk)
	if err != nil {
		return 0, err
	}
	return m.append(entries)
}

// append writes the lines of the entries that have none.
func (m *mirror) append(entries []cesi.Activity) (int, error) {
	have := make(map[cesi.ActivityID]bool, len(m.written))
	for _, id := range m.written {
		have[id] = true
	}
	n := 0
	for _, entry := range entries {
		if have[entry.ID] {
			continue
		}
		if err := m.file.writeLine(Line(entry)); err != nil {
			return n, err
		}
		m.written = append(m.written, entry.ID)
		n++
	}
	return n, nil
}

// open opens the file at the present path; nil for none.
func (m *mirror) open() error {
	path := *m.path.Load()
	if m.file != nil && m.file.path == path {
		return nil
	}
	m.leave()
	if path == "" {
		return nil
	}
	file, err := openAppend(path)
	if err != nil {
		return err
	}
	m.file = file
	return nil
}

// leave closes the file, if one is open.
func (m *mirror) leave() {
	if m.file == nil {
		return
	}
	m.file.sync()
	m.file.close()
	m.file = nil
}

// note records in the database which lines are safely in the file.
func (m *mirror) note(ctx context.Context) error {
	if len(m.written) == 0 {
		return nil
	}
	if m.file != nil {
		m.file.sync()
	}
	if err := m.db.markMirrored(ctx, m.written); err != nil {
		return err
	}
	m.written = nil
	return nil
}

// report logs the first of several failures, and their end.
func (m *mirror) report(err error) {
	switch {
	case err != nil && !m.failing:
		m.log.Error("the activity log's text file can't be written; its lines follow later", "activity_log", *m.path.Load(), "error", err)
	case err == nil && m.failing:
		m.log.Info("the activity log's text file is written again", "activity_log", *m.path.Load())
	}
	m.failing = err != nil
}

// close writes and records the missing lines, and closes the file. If the file hangs
// until ctx ends, its lines follow at the next start.
func (m *mirror) close(ctx context.Context) {
	select {
	case <-m.ends.kick():
	case <-ctx.Done():
		m.log.Warn("the activity log's text file does not take its lines; they follow at the next start", "activity_log", *m.path.Load())
	}
}

// end is the work of close.
func (m *mirror) end() {
	m.upkeep()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leave()
}

// unmirrored returns the complete entries without a line, oldest first.
func (db *DB) unmirrored(ctx context.Context, limit int) ([]cesi.Activity, error) {
	return db.activities(ctx, `unmirrored = 1 AND result <> ? ORDER BY id LIMIT ?`, cesi.Pending, limit)
}

func (db *DB) markMirrored(ctx context.Context, ids []cesi.ActivityID) error {
	return db.inTx(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			if _, err := tx.ExecContext(ctx, `UPDATE activity SET unmirrored = 0 WHERE id = ?`, id); err != nil {
				return fmt.Errorf("note mirrored lines: %w", err)
			}
		}
		return nil
	})
}

// forgetLines clears the marks of lines that no mirror needs. It checks before it takes
// the write lock.
func (db *DB) forgetLines(ctx context.Context) error {
	due, err := db.unmirrored(ctx, 1)
	if err != nil || len(due) == 0 {
		return err
	}
	if _, err := db.exec(ctx, `UPDATE activity SET unmirrored = 0 WHERE unmirrored = 1 AND result <> ?`, cesi.Pending); err != nil {
		return fmt.Errorf("forget lines: %w", err)
	}
	return nil
}
