package auth

import (
	"context"
	"strings"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// Failed tries are in the activity log, but a flood of them must not fill it. The first
// failures of a pair are an entry each, up to maxSingles an hour. All others are
// counted by address, and each count becomes one entry every tallyInterval. With
// maxTallies counts and one for all further addresses that is at most 198 entries an
// hour. A crash loses the counts of the last tallyInterval; a shutdown writes them.
const (
	maxSingles    = 90 // per hour
	tallyInterval = 5 * time.Minute
	maxTallies    = 8

	maxTriedName = 64 // characters kept of a tried name
)

// failures writes failed tries to the journal, singly or counted.
type failures struct {
	journal Journal
	now     func() time.Time

	mu      sync.Mutex
	singles tries
	tallies map[tallyKey]*tally
}

type tallyKey struct {
	action  cesi.Action
	address string // empty: all addresses without their own tally
}

type tally struct {
	entry cesi.Activity // the first one, with the count
	last  time.Time
}

func newFailures(journal Journal, now func() time.Time) *failures {
	return &failures{journal: journal, now: now, tallies: map[tallyKey]*tally{}}
}

// note writes the failure now, if it is single and there is room, or counts it. The
// failure has User, Address, Action, Target and Message.
func (f *failures) note(ctx context.Context, failure cesi.Activity, single bool) {
	failure.Result, failure.Count, failure.Time = cesi.Failed, 1, f.now()
	if f.counted(failure, single) {
		return
	}
	f.journal.Add(ctx, failure)
}

func (f *failures) counted(failure cesi.Activity, single bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if single {
		if count(&f.singles, time.Hour, failure.Time); f.singles.count <= maxSingles {
			return false
		}
	}
	key := tallyKey{failure.Action, failure.Address}
	if f.tallies[key] == nil && len(f.tallies) >= maxTallies {
		key = tallyKey{action: cesi.ActionLoginFailed}
		failure.Action, failure.Address = key.action, ""
	}
	f.tallies[key] = f.tallies[key].plus(failure)
	return true
}

// plus counts one more failure. A name is kept only if all failures share it.
func (t *tally) plus(failure cesi.Activity) *tally {
	if t == nil {
		return &tally{entry: failure, last: failure.Time}
	}
	t.entry.Count++
	t.last = failure.Time
	if t.entry.User != failure.User {
		t.entry.User = ""
	}
	if t.entry.Target != failure.Target {
		t.entry.Target = ""
	}
	return t
}

// flush writes the counts that are due, or all.
func (f *failures) flush(ctx context.Context, all bool) {
	for _, entry := range f.due(all) {
		f.journal.Add(ctx, entry)
	}
}

func (f *failures) due(all bool) []cesi.Activity {
	f.mu.Lock()
	defer f.mu.Unlock()
	var due []cesi.Activity
	for key, t := range f.tallies {
		if !all && f.now().Sub(t.entry.Time) < tallyInterval {
			continue
		}
		due = append(due, t.summary(key))
		delete(f.tallies, key)
	}
	return due
}

// summary returns the entry of the counted failures.
func (t *tally) summary(key tallyKey) cesi.Activity {
	entry := t.entry
	if entry.Count == 1 {
		return entry
	}
	what := []cesi.Text{cesi.T("%d tries within %s", entry.Count, cesi.DurationText(t.last.Sub(entry.Time)))}
	if entry.User == "" {
		what = append(what, cesi.T("with several names"))
	}
	if key.address == "" {
		what = append(what, cesi.T("from several addresses"))
	}
	entry.Message = cesi.List(what...)
	return entry
}

// clip cuts a tried name to maxTriedName characters.
func clip(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	n := 0
	for i := range name {
		if n++; n > maxTriedName {
			return name[:i]
		}
	}
	return name
}
