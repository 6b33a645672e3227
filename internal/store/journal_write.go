package store

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"time"

	"cesi/internal/cesi"
)

const (
	maxBatch     = 500              // records in one transaction
	batchTimeout = 10 * time.Second // for one transaction
)

// flush stores the waiting records, in order, until none is left or the database fails.
func (j *Journal) flush() {
	for {
		batch := j.batch()
		if len(batch) == 0 {
			return
		}
		if err := cesi.Contain(j.log, "store the activity log", func() error { return j.store(batch) }); err != nil {
			j.failed(err)
			return
		}
	}
}

func (j *Journal) batch() []*record {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.waiting[:min(len(j.waiting), maxBatch)]
}

// store writes the records, the first of those that wait, in one transaction and
// removes them from the list.
func (j *Journal) store(batch []*record) error {
	ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
	defer cancel()
	moved := maps.Clone(j.moved)
	stored := make([][]cesi.Activity, len(batch))
	err := j.db.inTx(ctx, func(tx *sql.Tx) error {
		for i, r := range batch {
			var err error
			if stored[i], err = j.storeRecord(ctx, tx, r, moved); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	j.moved = moved
	j.succeeded(batch, stored)
	return nil
}

// storeRecord writes one record and returns its entries as stored.
func (j *Journal) storeRecord(ctx context.Context, tx *sql.Tx, r *record, moved map[cesi.ActivityID]cesi.ActivityID) ([]cesi.Activity, error) {
	put := j.insertEntry
	if r.complete {
		put = j.completeEntry
	}
	stored := make([]cesi.Activity, 0, len(r.entries))
	for _, entry := range r.entries {
		given := entry.ID
		entry.ID, entry.Parent = follow(moved, entry.ID), follow(moved, entry.Parent)
		id, err := put(ctx, tx, entry)
		if err != nil {
			return nil, err
		}
		if id != given {
			moved[given] = id
		}
		if r.complete && entry.Result != cesi.Pending {
			delete(moved, given) // used by none but its targets, which are done
		}
		entry.ID = id
		stored = append(stored, entry)
	}
	return stored, nil
}

func follow(moved map[cesi.ActivityID]cesi.ActivityID, id cesi.ActivityID) cesi.ActivityID {
	if to, ok := moved[id]; ok {
		return to
	}
	return id
}

func (j *Journal) succeeded(batch []*record, stored [][]cesi.Activity) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, r := range batch {
		r.entries, r.stored = stored[i], true
		j.entries -= len(r.entries)
	}
	j.waiting = j.waiting[len(batch):]
	j.stored += len(batch)
	if j.failure != nil {
		j.log.Info("activity entries can be stored again", "since", j.since, "waiting", j.entries)
		j.since, j.failure = time.Time{}, nil
	}
}

// failed records why the database did not store the waiting records.
func (j *Journal) failed(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failure == nil {
		j.since = j.db.now()
	}
	j.failure = err
}

// logUnstored writes a waiting record to the log, once.
func (j *Journal) logUnstored(r *record) {
	if r.logged {
		return
	}
	r.logged = true
	j.logEntries("activity entry not stored yet", r)
}

func (j *Journal) logEntries(message string, r *record) {
	for _, a := range r.entries {
		j.log.Error(message, "cause", j.failure, slog.Group("entry",
			"id", int64(a.ID), "parent", int64(a.Parent), "time", a.Time, "user", a.User, "address", a.Address,
			"action", string(a.Action), "node", a.Node, "target", a.Target, "detail", loggable(a), "result", string(a.Result),
			"duration", a.Duration, "message", a.Message, "count", a.Count))
	}
}

// loggable returns an entry's detail, without texts that only administrators may read:
// the log may go anywhere.
func loggable(a cesi.Activity) string {
	if a.Action == cesi.ActionStdin {
		return ""
	}
	return a.Detail
}
