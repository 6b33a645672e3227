package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"cesi/internal/cesi"
)

const (
	maxWaiting    = 10_000                 // entries that may wait for the database
	storePatience = 2 * time.Second        // how long a caller waits until its entry is stored
	linePatience  = 250 * time.Millisecond // how long it then waits for the line in the mirror
)

// errSlow says that the database has not answered yet.
var errSlow = errors.New("the database does not answer")

// Journal writes the activity log to the database, and from there to the text mirror.
// It never fails. An entry that can't be stored in time goes to the log at once, as an
// error with all its fields, and waits in memory, in order, until it can be stored.
// Entries that come at the same time share a commit.
type Journal struct {
	db       *DB
	log      *slog.Logger
	writer   int64 // marks the entries of this journal
	patience time.Duration
	limit    int

	writes *worker
	mirror *mirror

	mu      sync.Mutex
	last    cesi.ActivityID
	waiting []*record
	entries int // in waiting
	stored  int // records, since the journal was made
	since   time.Time
	failure error // why waiting does not shrink; nil if all is well
	gone    error // the last result of DB.Gone in Run

	// moved has the IDs of stored entries whose own ID another program had taken. Only
	// the goroutine that writes uses it.
	moved map[cesi.ActivityID]cesi.ActivityID
}

// record is one call of the journal, stored in one transaction.
type record struct {
	entries  []cesi.Activity
	complete bool // the entries are the ends of others, with the same IDs
	stored   bool
	logged   bool
}

// NewJournal returns the journal of the database. Entries that can't be stored are
// logged to log.
func NewJournal(db *DB, log *slog.Logger) *Journal {
	j := &Journal{
		db: db, log: log, writer: rand.Int64(), patience: storePatience, limit: maxWaiting,
		mirror: newMirror(db, log), moved: map[cesi.ActivityID]cesi.ActivityID{},
	}
	j.writes = &worker{run: j.flush, log: log}
	return j
}

// Begin stores the entries as Pending. It gives each its ID, and those after the first
// the first one's as Parent. It returns when they are stored, or logged and waiting,
// even if ctx ends earlier.
func (j *Journal) Begin(_ context.Context, entries []cesi.Activity) {
	if len(entries) == 0 {
		return
	}
	r := &record{}
	j.mu.Lock()
	for i := range entries {
		entries[i].Result = cesi.Pending
		j.number(&entries[i])
		if i > 0 {
			entries[i].Parent = entries[0].ID
		}
		r.entries = append(r.entries, bounded(entries[i]))
	}
	j.enqueue(r)
	j.mu.Unlock()
	j.settle(r)

	j.mu.Lock()
	defer j.mu.Unlock()
	for i, stored := range r.entries {
		entries[i].ID, entries[i].Parent = stored.ID, stored.Parent
	}
}

// Complete stores the result of an entry of Begin. The entry is given as a whole: if
// its beginning was lost, it is stored from this.
func (j *Journal) Complete(_ context.Context, entry cesi.Activity) {
	r := &record{complete: true, entries: []cesi.Activity{bounded(entry)}}
	j.mu.Lock()
	j.enqueue(r)
	j.mu.Unlock()
	j.settle(r)
	j.awaitLine()
}

// Add stores an entry that is already complete.
func (j *Journal) Add(_ context.Context, entry cesi.Activity) {
	j.mu.Lock()
	j.number(&entry)
	r := &record{entries: []cesi.Activity{bounded(entry)}}
	j.enqueue(r)
	j.mu.Unlock()
	j.settle(r)
	j.awaitLine()
}

// Adopt takes over the Pending entries of an earlier run of the server whose commands
// were sent, and returns them, oldest first. Complete then works for them. It is for
// the server's start.
func (j *Journal) Adopt(ctx context.Context) ([]cesi.Activity, error) {
	const sent = `result = ? AND message <> ''`
	if _, err := j.db.exec(ctx, `UPDATE activity SET writer = ? WHERE `+sent, j.writer, cesi.Pending); err != nil {
		return nil, fmt.Errorf("adopt activity: %w", err)
	}
	return j.db.activities(ctx, sent+` ORDER BY id`, cesi.Pending)
}

// Degraded returns since when and why entries can't be stored, and how many wait; a nil
// error means that all is well.
func (j *Journal) Degraded() (since time.Time, waiting int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failure == nil && j.gone != nil {
		return j.since, j.entries, j.gone
	}
	return j.since, j.entries, j.failure
}

// Gone returns the last result of DB.Gone in Run, at most a second old. It never waits
// for a disk.
func (j *Journal) Gone() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.gone
}

// Version rises with every change of the log that this journal has stored.
func (j *Journal) Version() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.stored
}

// number sets the fields that every entry has: a new ID, a time, a count.
func (j *Journal) number(a *cesi.Activity) {
	a.ID = j.advance()
	if a.Time.IsZero() {
		a.Time = j.db.now()
	}
	a.Count = max(a.Count, 1)
}

// advance returns an ID that this journal has not used before.
func (j *Journal) advance() cesi.ActivityID {
	j.last = max(j.last+1, cesi.ActivityID(j.db.now().UnixMicro()))
	return j.last
}

// nextID is advance for callers without the lock.
func (j *Journal) nextID() cesi.ActivityID {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.advance()
}

// enqueue appends the record to those that wait, if there is room.
func (j *Journal) enqueue(r *record) {
	if j.entries+len(r.entries) > j.limit {
		r.logged = true
		j.logEntries("too many activity entries wait for the database: this one is in the log only", r)
		return
	}
	j.waiting = append(j.waiting, r)
	j.entries += len(r.entries)
}

// settle returns when the record is stored or logged. While the database fails, it does
// not wait: Run tries again.
func (j *Journal) settle(r *record) {
	if _, _, failure := j.Degraded(); failure == nil {
		patience := time.NewTimer(j.patience)
		defer patience.Stop()
		select {
		case <-j.writes.kick():
		case <-patience.C:
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if r.stored {
		return
	}
	if j.failure == nil {
		j.since, j.failure = j.db.now(), errSlow
	}
	j.logUnstored(r)
}

// awaitLine waits briefly for the mirror, so that normally the line of a command is in
// the file before its reply is sent. A mirror that hangs delays only one caller, once.
func (j *Journal) awaitLine() {
	if !j.mirror.on() {
		return
	}
	if j.mirror.stuck.Load() {
		j.mirror.lines.kick() // to continue when it no longer hangs
		return
	}
	patience := time.NewTimer(linePatience)
	defer patience.Stop()
	select {
	case <-j.mirror.lines.kick():
	case <-patience.C:
		j.mirror.stuck.Store(true)
	}
}
