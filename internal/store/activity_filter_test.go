package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

// dayOfEntries logs the entries of a small fleet in a day, each an hour after the one before,
// from noon on.
func dayOfEntries(t *testing.T, db *DB) []cesi.Activity {
	t.Helper()
	clock := noon
	db.now = func() time.Time { return clock }
	j, _ := newTestJournal(t, db)
	var entries []cesi.Activity
	for _, made := range [][]cesi.Activity{
		{{User: "lin", Address: "10.0.0.7", Action: cesi.ActionStop, Node: "web-1", Target: "api:api", Result: cesi.OK}},
		{
			{User: "maria", Action: cesi.ActionRestart, Target: "3 targets", Result: cesi.Partial, Message: cesi.Raw("2 ok, 1 failed")},
			{User: "maria", Action: cesi.ActionRestart, Node: "web-1", Target: "pay:a", Result: cesi.OK},
			{User: "maria", Action: cesi.ActionRestart, Node: "web-2", Target: "pay:a", Result: cesi.OK},
			{User: "maria", Action: cesi.ActionRestart, Node: "web-2", Target: "pay:b", Result: cesi.Failed, Message: cesi.Raw("100% of disk_1 used")},
		},
		{{User: "hunter2", Target: "hunter2", Address: "10.0.0.9", Action: cesi.ActionLoginFailed, Result: cesi.Failed, Message: cesi.Raw("wrong password")}},
		{{User: "lin", Action: cesi.ActionStart, Node: "web-2", Target: "payroll:x", Result: cesi.OK}},
	} {
		begun := append([]cesi.Activity(nil), made...)
		j.Begin(t.Context(), begun)
		for i := range begun {
			begun[i].Result = made[i].Result
			j.Complete(t.Context(), begun[i])
		}
		entries = append(entries, begun...)
		clock = clock.Add(time.Hour)
	}
	return entries
}

// hour is the time so many hours after noon, between two entries.
func hour(n int) time.Time { return noon.Add(time.Duration(n)*time.Hour - time.Minute) }

func TestActivityFilter_Fields(t *testing.T) {
	db, _ := openTest(t)
	entries := dayOfEntries(t, db)
	tests := []struct {
		name   string
		filter ActivityFilter
		want   []string
	}{
		{"nothing", ActivityFilter{}, []string{"payroll:x", "hunter2", "3 targets", "api:api"}},
		{"targets too", ActivityFilter{Targets: true}, []string{"payroll:x", "hunter2", "pay:b", "pay:a", "pay:a", "3 targets", "api:api"}},
		{"limit", ActivityFilter{Limit: 2}, []string{"payroll:x", "hunter2"}},
		{"key", ActivityFilter{Before: entries[5].ID, Limit: 1}, []string{"3 targets"}},
		{"oldest key", ActivityFilter{Before: entries[0].ID}, nil},
		{"user", ActivityFilter{User: "lin"}, []string{"payroll:x", "api:api"}},
		{"node", ActivityFilter{Node: "web-2", Targets: true}, []string{"payroll:x", "pay:b", "pay:a"}},
		{"process", ActivityFilter{Target: "pay:a", Targets: true}, []string{"pay:a", "pay:a"}},
		{"group", ActivityFilter{Target: "pay:*", Targets: true}, []string{"pay:b", "pay:a", "pay:a"}},
		{"action", ActivityFilter{Action: cesi.ActionStop}, []string{"api:api"}},
		{"failed", ActivityFilter{Result: cesi.Failed, Targets: true}, []string{"hunter2", "pay:b"}},
		{"ok", ActivityFilter{Result: cesi.OK, Node: "web-1", Targets: true}, []string{"pay:a", "api:api"}},
		{"since", ActivityFilter{Since: hour(2)}, []string{"payroll:x", "hunter2"}},
		{"until", ActivityFilter{Until: hour(1)}, []string{"api:api"}},
		{"span", ActivityFilter{Since: hour(1), Until: hour(2)}, []string{"3 targets"}},
		{"text in a target", ActivityFilter{Text: "PAYROLL"}, []string{"payroll:x"}},
		{"text in an address", ActivityFilter{Text: "0.0.7"}, []string{"api:api"}},
		{"text in a message", ActivityFilter{Text: "100% of disk_1", Targets: true}, []string{"pay:b"}},
		{"text with a sign that is not meant as one", ActivityFilter{Text: "1%used", Targets: true}, nil},
		{"text with a line that is not meant as one", ActivityFilter{Text: "pay_a", Targets: true}, nil},
		{"a name that was tried", ActivityFilter{User: "hunter2"}, []string{"hunter2"}},
		{"all at once", ActivityFilter{User: "maria", Node: "web-2", Target: "pay:b", Action: cesi.ActionRestart, Result: cesi.Failed,
			Text: "disk", Since: hour(1), Until: hour(2), Targets: true}, []string{"pay:b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := db.Activities(t.Context(), test.filter)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, targets(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestActivityFilter_CannotFindHiddenTexts(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	for _, action := range cesi.Actions() {
		word := strings.ReplaceAll(string(action), " ", "-") + "-end"
		entry := cesi.Activity{Action: action, Result: cesi.OK,
			User: "user-" + word, Address: "address-" + word, Node: "node-" + word, Target: "target-" + word, Detail: "detail-" + word, Message: cesi.Raw("message-" + word)}
		j.Add(t.Context(), entry)
		public := entry.Public()
		for name, test := range map[string]struct {
			filter ActivityFilter
			shown  string
		}{
			"user":         {ActivityFilter{User: entry.User}, public.User},
			"node":         {ActivityFilter{Node: entry.Node}, public.Node},
			"target":       {ActivityFilter{Target: entry.Target}, public.Target},
			"user text":    {ActivityFilter{Text: entry.User}, public.User},
			"address text": {ActivityFilter{Text: entry.Address}, public.Address},
			"node text":    {ActivityFilter{Text: entry.Node}, public.Node},
			"target text":  {ActivityFilter{Text: entry.Target}, public.Target},
			"detail text":  {ActivityFilter{Text: entry.Detail}, public.Detail},
			"message text": {ActivityFilter{Text: entry.Message.String()}, public.Message.String()},
		} {
			filter := test.filter
			all, err := db.Activities(t.Context(), filter)
			if err != nil || len(all) != 1 {
				t.Fatalf("%s, %s: an administrator finds %d, error %v", action, name, len(all), err)
			}
			filter.Public = true
			found, err := db.Activities(t.Context(), filter)
			if err != nil || (len(found) == 1) != (test.shown != "") {
				t.Errorf("%s, %s: others find %d, are shown %q, error %v", action, name, len(found), test.shown, err)
			}
			if lines, err := db.ActivityLines(t.Context(), filter, 5); err != nil || len(lines) != len(found) {
				t.Errorf("%s, %s: others find %d lines, error %v", action, name, len(lines), err)
			}
		}
	}
	found, err := db.Activities(t.Context(), ActivityFilter{Public: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range found {
		if diff := cmp.Diff(entry.Public(), entry); diff != "" {
			t.Errorf("others are shown: %s", diff)
		}
	}
}

func TestActivity_QueriesUseAnIndex(t *testing.T) {
	db, _ := openTest(t)
	wants := func(want, where string, args []any) {
		t.Helper()
		if got := planOf(t, db, where, args...); !strings.Contains(got, want) || strings.HasSuffix(got, "SCAN activity") {
			t.Errorf("%s: %s, want %s", where, got, want)
		}
	}
	for _, test := range []struct {
		filter ActivityFilter
		want   string
	}{
		{ActivityFilter{Text: "x", Result: cesi.OK}, "INTEGER PRIMARY KEY (rowid<?)"},
		{ActivityFilter{Text: "x", Since: noon}, "INTEGER PRIMARY KEY (rowid>? AND rowid<?)"},
		{ActivityFilter{User: "u", Result: cesi.OK}, "activity_by_user (user=? AND id<?)"},
		{ActivityFilter{User: "u", Since: noon, Public: true}, "activity_by_user (user=? AND id>? AND id<?)"},
		{ActivityFilter{Action: cesi.ActionStop, User: "u"}, "activity_by_action (action=? AND id<?)"},
		{ActivityFilter{Result: cesi.Failed, User: "u", Action: cesi.ActionStop}, "activity_by_result (result=? AND id<?)"},
		{ActivityFilter{Node: "n", User: "u", Action: cesi.ActionStop, Result: cesi.Failed}, "activity_by_node (node=? AND id<?)"},
		{ActivityFilter{Target: "g:n", Node: "n", User: "u", Public: true}, "activity_by_target (target=? AND id<?)"},
	} {
		where, args := test.filter.where()
		wants(test.want, where+newestFirst, append(args, 50))
	}
	where, args := ActivityFilter{}.where()
	wants("activity_by_parent (parent=? AND id<?)", where+` AND parent = 0`+newestFirst, append(args, 50))
	where, args = ActivityFilter{Node: "n", Target: "g:*", Result: cesi.Failed}.whereIn(7)
	wants("activity_by_parent (parent=? AND id<?)", where, args)
	where, args = ActivityFilter{Target: "g:*", User: "u"}.where()
	wants("activity", where+newestFirst, append(args, 50)) // by time or by name: SQLite chooses
	wants("activity_", `result = 'pending'`, nil)
	wants("activity_unmirrored", `unmirrored = 1 AND result <> 'pending' ORDER BY id LIMIT 3`, nil)
}

// planOf is how SQLite goes about a query on the activity log.
func planOf(t *testing.T, db *DB, where string, args ...any) string {
	t.Helper()
	rows, err := db.sql.Query(`EXPLAIN QUERY PLAN SELECT id, parent FROM activity WHERE `+where, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "; ")
}
