package e2e

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/store"

	"github.com/google/go-cmp/cmp"
)

// logDaysAgo writes an entry into the database as it was so many days ago.
func (in *instance) logDaysAgo(t *testing.T, days int, target string) {
	t.Helper()
	now := func() time.Time { return time.Now().AddDate(0, 0, -days) }
	db, err := store.Open(t.Context(), in.path("cesi.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	journal := store.NewJournal(db, slog.Default())
	journal.Add(t.Context(), cesi.Activity{User: "lin", Action: cesi.ActionStop, Node: "n", Target: target, Result: cesi.OK})
}

func TestRetention_RemovesOldActivity(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "activity_retention = 30d")
	in.logDaysAgo(t, 400, "g:ancient")
	in.logDaysAgo(t, 31, "g:old")
	in.logDaysAgo(t, 29, "g:young")
	in.logDaysAgo(t, 0, "g:new")
	in.start(t)
	in.waitReady(t)
	waitFor(t, "the line in the log", func() bool { return strings.Contains(in.log.String(), "entries=2 before=") })
	var got []string
	var answer struct{ Logs []struct{ Target string } }
	in.login(t).api("GET", "/api/v2/activitylogs?format=json&user=lin", nil, &answer)
	for _, entry := range answer.Logs {
		got = append(got, entry.Target)
	}
	if diff := cmp.Diff([]string{"g:new", "g:young"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRetention_RemovesNothingAfterClockJump(t *testing.T) {
	t.Parallel()
	in := writeConf(t, "", "activity_retention = 30d")
	in.logDaysAgo(t, 3*365, "g:ancient") // as a clock that is three years ahead sees the newest
	in.start(t)
	in.waitReady(t)
	waitFor(t, "the word of the clock", func() bool {
		return strings.Contains(in.log.String(), "nothing is removed by activity_retention")
	})
	var answer struct{ Logs []struct{ Target string } }
	in.login(t).api("GET", "/api/v2/activitylogs?format=json&user=lin", nil, &answer)
	if len(answer.Logs) != 1 {
		t.Errorf("%d entries are left, want 1", len(answer.Logs))
	}
	in.terminate(t)
	in.start(t) // entries written with the wrong clock do not change that
	in.waitReady(t)
	in.login(t).api("GET", "/api/v2/activitylogs?format=json&user=lin", nil, &answer)
	if len(answer.Logs) != 1 {
		t.Errorf("after a restart %d entries are left, want 1", len(answer.Logs))
	}
}
