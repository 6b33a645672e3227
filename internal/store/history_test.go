package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	gocmp "github.com/google/go-cmp/cmp"
)

func hoursAfterNoon(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func slotAt(hours int) cesi.Bucket { return cesi.BucketOf(hoursAfterNoon(hours)) }

func pointAt(node, process string, hours int, shown, last cesi.Mark) cesi.ProcessPoint {
	return cesi.ProcessPoint{
		Node: node, ProcessID: cesi.ProcessID{Group: "g", Name: process},
		Point: cesi.Point{Bucket: slotAt(hours), Worst: shown, Last: last},
	}
}

func answered(node string, from, to int) cesi.NodeSpan {
	return cesi.NodeSpan{Node: node, Span: cesi.Span{First: slotAt(from), Last: slotAt(to)}}
}

func storeHistory(t *testing.T, db *DB, h cesi.History) {
	t.Helper()
	if err := db.StoreHistory(t.Context(), h); err != nil {
		t.Fatal(err)
	}
}

// historySince reads the history in an order of its own.
func historySince(t *testing.T, db *DB, hours int) cesi.History {
	t.Helper()
	h, err := db.History(t.Context(), hoursAfterNoon(hours))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(h.Answered, func(a, b cesi.NodeSpan) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.First, b.First))
	})
	slices.SortFunc(h.Points, func(a, b cesi.ProcessPoint) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Bucket, b.Bucket))
	})
	return h
}

func wantHistory(t *testing.T, db *DB, hours int, want cesi.History) {
	t.Helper()
	if diff := gocmp.Diff(want, historySince(t, db, hours)); diff != "" {
		t.Errorf("since %d h (-want +got):\n%s", hours, diff)
	}
}

func TestHistory_ReadsLatestStateBeforeStart(t *testing.T) {
	db, path := openTest(t)
	old := pointAt("n", "p", 0, cesi.MarkRunning, cesi.MarkRunning)
	middle := pointAt("n", "p", 5, cesi.MarkFatal, cesi.MarkStopped)
	newest := pointAt("n", "p", 9, cesi.MarkStopped, cesi.MarkRunning)
	calm := pointAt("n", "calm", 0, cesi.MarkRunning, cesi.MarkRunning)
	storeHistory(t, db, cesi.History{Answered: []cesi.NodeSpan{answered("n", 0, 1)}, Points: []cesi.ProcessPoint{old, calm}})
	storeHistory(t, db, cesi.History{Points: []cesi.ProcessPoint{pointAt("n", "p", 5, cesi.MarkBackoff, cesi.MarkRunning)}})
	storeHistory(t, db, cesi.History{Answered: []cesi.NodeSpan{answered("n", 0, 3), answered("n", 8, 9)}, Points: []cesi.ProcessPoint{middle, newest}})

	db = reopenTest(t, path)
	both := []cesi.NodeSpan{answered("n", 0, 3), answered("n", 8, 9)}
	wantHistory(t, db, 0, cesi.History{Answered: both, Points: []cesi.ProcessPoint{calm, old, middle, newest}})
	wantHistory(t, db, 4, cesi.History{Answered: both[1:], Points: []cesi.ProcessPoint{calm, old, middle, newest}})
	wantHistory(t, db, 6, cesi.History{Answered: both[1:], Points: []cesi.ProcessPoint{calm, middle, newest}})
	wantHistory(t, db, 40, cesi.History{Points: []cesi.ProcessPoint{calm, newest}})
}

func TestHistory_DeleteKeepsPresentState(t *testing.T) {
	db, _ := openTest(t)
	newest := pointAt("n", "p", 9, cesi.MarkRunning, cesi.MarkRunning)
	calm := pointAt("n", "calm", 0, cesi.MarkRunning, cesi.MarkRunning)
	storeHistory(t, db, cesi.History{
		Answered: []cesi.NodeSpan{answered("n", 0, 3), answered("n", 4, 9), answered("removed", 0, 3)},
		Points: []cesi.ProcessPoint{
			pointAt("n", "p", 0, cesi.MarkStopped, cesi.MarkStopped), newest, calm,
			pointAt("n", "gone", 1, cesi.MarkRunning, cesi.MarkNoData), pointAt("removed", "p", 1, cesi.MarkRunning, cesi.MarkRunning),
		},
	})
	remove := func(hours, want int) {
		t.Helper()
		if n, err := db.DeleteHistory(t.Context(), hoursAfterNoon(hours)); err != nil || n != want {
			t.Errorf("before %d h: %d rows, error %v; want %d", hours, n, err, want)
		}
	}
	remove(0, 0)
	remove(9, 5) // two spans, a point with a later one, a removed process, a removed node
	wantHistory(t, db, 0, cesi.History{Answered: []cesi.NodeSpan{answered("n", 4, 9)}, Points: []cesi.ProcessPoint{calm, newest}})
}

func TestHistory_DeletesInChunks(t *testing.T) {
	db, _ := openTest(t)
	var h cesi.History
	for i := range historyChunk + 5 {
		h.Points = append(h.Points, pointAt("removed", fmt.Sprint(i), 0, cesi.MarkRunning, cesi.MarkRunning))
	}
	storeHistory(t, db, h)
	if n, err := db.DeleteHistory(t.Context(), noon); err != nil || n != historyChunk+5 {
		t.Errorf("%d rows, error %v", n, err)
	}
	wantHistory(t, db, 0, cesi.History{})
}

func TestHistory_StoredLaterAfterFullDisk(t *testing.T) {
	db, _ := openTest(t)
	emptied := fillDisk(t, db)
	h := cesi.History{Answered: []cesi.NodeSpan{answered("n", 0, 3)}}
	for i := range 200 {
		h.Points = append(h.Points, pointAt("n", fmt.Sprintf("%04d", i), 0, cesi.MarkRunning, cesi.MarkRunning))
	}
	if err := db.StoreHistory(t.Context(), h); err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("error %v", err)
	}
	emptied()
	storeHistory(t, db, h)
	wantHistory(t, db, 0, h)
}

func TestHistory_LockedDatabaseFailsInTime(t *testing.T) {
	db, path := openTest(t)
	release := lock(t, path)
	h := cesi.History{Points: []cesi.ProcessPoint{pointAt("n", "p", 0, cesi.MarkRunning, cesi.MarkRunning)}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := db.StoreHistory(ctx, h); err == nil {
		t.Error("it was stored in a locked database")
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
	release()
	storeHistory(t, db, h)
	wantHistory(t, db, 0, h)
}

func TestHistory_OneRowPerSlotWithChanges(t *testing.T) {
	db, _ := openTest(t)
	for i := range 100 {
		mark := []cesi.Mark{cesi.MarkRunning, cesi.MarkBackoff}[i%2]
		storeHistory(t, db, cesi.History{Points: []cesi.ProcessPoint{pointAt("n", "p", i/50, mark, mark)}})
	}
	if got := len(historySince(t, db, 0).Points); got != 2 {
		t.Errorf("%d rows for two slots", got)
	}
}

func BenchmarkHistory_50000Processes(b *testing.B) {
	db, err := Open(b.Context(), b.TempDir()+"/cesi.db", time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var h cesi.History
	for i := range 50_000 {
		h.Points = append(h.Points, pointAt(fmt.Sprintf("node-%04d", i/50), fmt.Sprintf("worker_%02d", i%50), 0, cesi.MarkRunning, cesi.MarkRunning))
	}
	b.Run("store", func(b *testing.B) {
		for b.Loop() {
			if err := db.StoreHistory(b.Context(), h); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if got, err := db.History(b.Context(), noon); err != nil || len(got.Points) != len(h.Points) {
				b.Fatal(len(got.Points), err)
			}
		}
	})
}
