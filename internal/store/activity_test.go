package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

// targets lists the targets of the entries, for short comparisons.
func targets(entries []cesi.Activity) []string {
	var got []string
	for _, a := range entries {
		got = append(got, a.Target)
	}
	return got
}

func logged(j *Journal, t *testing.T, entries ...cesi.Activity) []cesi.Activity {
	t.Helper()
	j.Begin(t.Context(), entries)
	return entries
}

func TestActivity_WithTargets(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	parent := logged(j, t, cesi.Activity{Target: "bulk"}, cesi.Activity{Target: "a"}, cesi.Activity{Target: "b"})[0]
	got, of, err := db.Activity(t.Context(), parent.ID)
	if err != nil || got.Target != "bulk" {
		t.Fatalf("%v, error %v", got, err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, targets(of)); diff != "" {
		t.Error(diff)
	}
	_, _, err = db.Activity(t.Context(), 1)
	wantKind(t, err, cesi.NotFound, "no activity entry 1")
}

func TestActivity_PendingOfEarlierRunIsInterrupted(t *testing.T) {
	db, path := openTest(t)
	before, _ := newTestJournal(t, db)
	entries := logged(before, t, cesi.Activity{Target: "bulk"}, cesi.Activity{Target: "a"}, cesi.Activity{Target: "b"})
	entries[1].Result = cesi.OK
	before.Complete(t.Context(), entries[1])

	after := reopenTest(t, path)
	if n, err := after.MarkInterrupted(t.Context()); n != 2 || err != nil {
		t.Fatalf("%d interrupted, error %v, want 2", n, err)
	}
	var got []cesi.Result
	for _, a := range all(t, after) {
		got = append(got, a.Result)
	}
	if diff := cmp.Diff([]cesi.Result{cesi.Interrupted, cesi.OK, cesi.Interrupted}, got); diff != "" {
		t.Error(diff)
	}
}

func TestActivity_RetentionKeepsPending(t *testing.T) {
	db, _ := openTest(t)
	clock := noon
	db.now = func() time.Time { return clock }
	j, _ := newTestJournal(t, db)
	done := logged(j, t, cesi.Activity{Target: "old bulk"}, cesi.Activity{Target: "old a"}, cesi.Activity{Target: "old b"})
	for _, a := range done {
		a.Result = cesi.OK
		j.Complete(t.Context(), a)
	}
	logged(j, t, cesi.Activity{Target: "old pending"})
	for range 2 * purgeChunk {
		j.mu.Lock()
		a := cesi.Activity{Target: "old", Result: cesi.OK}
		j.number(&a)
		j.enqueue(&record{entries: []cesi.Activity{a}})
		j.mu.Unlock()
	}
	drain(t, j)
	clock = noon.Add(time.Hour)
	j.Add(t.Context(), cesi.Activity{Target: "new", Result: cesi.OK})

	n, err := db.DeleteActivities(t.Context(), noon.Add(time.Minute))
	if want := 3 + 2*purgeChunk; n != want || err != nil {
		t.Errorf("deleted %d, error %v, want %d", n, err, want)
	}
	if diff := cmp.Diff([]string{"old pending", "new"}, targets(all(t, db))); diff != "" {
		t.Error(diff)
	}
}
