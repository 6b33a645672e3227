package store

import (
	"context"
	"encoding/json"
	"fmt"

	"cesi/internal/cesi"
)

// ActivityLine is an entry of the activity log; for a command on many, with its
// targets.
type ActivityLine struct {
	Entry cesi.Activity
	// Targets are the targets that the filter selects, or all if it selects only the
	// entry itself: those that failed first, and at most as many as asked for.
	Targets []cesi.Activity
	Chosen  int // number of targets that the filter selects
	Total   int // number of all targets
}

// ActivityLines returns the entries that the filter selects, newest first. A command on
// many is one line, if the filter selects it or any of its targets. The key of the next
// page is the last line's ID. Each line has at most targets targets.
func (db *DB) ActivityLines(ctx context.Context, f ActivityFilter, targets int) ([]ActivityLine, error) {
	ids, err := db.lineIDs(ctx, f)
	if err != nil {
		return nil, err
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("read activity: %w", err)
	}
	entries, err := db.activities(ctx, `id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`, string(list))
	if err != nil {
		return nil, err
	}
	lines := make([]ActivityLine, 0, len(entries))
	for _, entry := range f.visible(entries) {
		line := ActivityLine{Entry: entry}
		if entry.Many() {
			if err := db.addTargets(ctx, f, &line, targets); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// lineIDs finds the top-level entries that the filter selects, or of which it selects a
// target. Targets have higher IDs than their entry, so after a match the search
// continues before the entry.
func (db *DB) lineIDs(ctx context.Context, f ActivityFilter) ([]cesi.ActivityID, error) {
	limit := f.limit()
	f.Limit = limit
	var ids []cesi.ActivityID
	for {
		found, err := db.matches(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, match := range found {
			id := match.id
			if match.parent != 0 {
				id = match.parent
			}
			if len(ids) == 0 || ids[len(ids)-1] != id {
				ids = append(ids, id)
			}
			if len(ids) == limit {
				return ids, nil
			}
		}
		if len(found) < limit {
			return ids, nil
		}
		f.Before = ids[len(ids)-1]
	}
}

// match is an entry that a filter selects.
type match struct {
	id, parent cesi.ActivityID
}

func (db *DB) matches(ctx context.Context, f ActivityFilter) ([]match, error) {
	where, args := f.where()
	if !f.Narrow() {
		where += ` AND parent = 0` // all targets share it
	}
	return list(ctx, db.sql, "search activity", scanMatch, `SELECT id, parent FROM activity WHERE `+where+newestFirst, append(args, f.Limit)...)
}

func scanMatch(row scanner) (m match, err error) {
	err = row.Scan(&m.id, &m.parent)
	return m, err
}

// addTargets reads the targets of a line, at most limit.
func (db *DB) addTargets(ctx context.Context, f ActivityFilter, line *ActivityLine, limit int) error {
	all, allArgs := ActivityFilter{Public: f.Public}.whereIn(line.Entry.ID)
	chosen, args := f.whereIn(line.Entry.ID)
	var err error
	if line.Total, err = db.count(ctx, all, allArgs); err != nil {
		return err
	}
	if line.Chosen, err = db.count(ctx, chosen, args); err != nil {
		return err
	}
	if line.Chosen == 0 {
		chosen, args, line.Chosen = all, allArgs, line.Total
	}
	line.Targets, err = db.activities(ctx, chosen+` ORDER BY result IN (?, ?, ?), id LIMIT ?`,
		append(args, cesi.OK, cesi.Skipped, cesi.Pending, limit)...)
	line.Targets = f.visible(line.Targets)
	return err
}

// count counts the entries that the condition selects.
func (db *DB) count(ctx context.Context, where string, args []any) (n int, err error) {
	err = db.row(ctx, `SELECT count(*) FROM activity WHERE `+where, args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count activity: %w", err)
	}
	return n, nil
}
