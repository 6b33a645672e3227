package store

import (
	"path/filepath"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestClock_TrustedAfterADayWithoutJumps(t *testing.T) {
	const day, years = 24 * time.Hour, 3 * 365 * 24 * time.Hour
	type step struct {
		after time.Duration // since the step before
		want  bool
	}
	hours := func(n int, want bool) []step {
		var list []step
		for range n {
			list = append(list, step{time.Hour, want})
		}
		return list
	}
	steps := func(lists ...[]step) []step {
		var all []step
		for _, list := range lists {
			all = append(all, list...)
		}
		return all
	}
	for _, test := range []struct {
		name  string
		entry bool // there is one from before the first step
		steps []step
	}{
		{"new database", false, []step{{years, true}, {time.Hour, true}}},
		{"an entry of yesterday", true, []step{{20 * time.Hour, true}, {time.Hour, true}}},
		{"three years ahead at the first start", true, []step{{years, false}, {time.Hour, false}, {-years, false}, {time.Hour, false}}},
		{"three years ahead later", true, []step{{time.Hour, true}, {years, false}, {time.Hour, false}, {-years, false}}},
		{"back to 1990", true, []step{{time.Hour, true}, {-12 * years, false}, {time.Hour, false}}},
		{"off for a month", true, steps([]step{{time.Hour, true}, {30 * day, false}}, hours(23, false), hours(3, true))},
		{"corrected by an hour", true, []step{{time.Hour, true}, {-time.Hour, true}, {time.Hour, true}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := noon
			db, err := Open(t.Context(), filepath.Join(t.TempDir(), "cesi.db"), func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if test.entry {
				j, _ := newTestJournal(t, db)
				j.Add(t.Context(), cesi.Activity{User: "lin", Action: cesi.ActionStop, Result: cesi.OK})
			}
			for i, s := range test.steps {
				now = now.Add(s.after)
				if got, err := db.TrustClock(t.Context()); err != nil || got != s.want {
					t.Fatalf("step %d, at %s: %v, error %v; want %v", i, now, got, err, s.want)
				}
			}
		})
	}
}

func TestClock_NewestHistoryCounts(t *testing.T) {
	now := noon
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "cesi.db"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h := cesi.History{Answered: []cesi.NodeSpan{{Node: "n", Span: cesi.Span{First: cesi.BucketOf(noon), Last: cesi.BucketOf(noon)}}}}
	if err := db.StoreHistory(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	now = noon.AddDate(3, 0, 0)
	if got, err := db.TrustClock(t.Context()); err != nil || got {
		t.Errorf("%v, error %v; want false", got, err)
	}
}
