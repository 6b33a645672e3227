package store

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

// written puts lines into words: "bulk 2/3: a b".
func written(lines []ActivityLine) []string {
	var list []string
	for _, l := range lines {
		text := l.Entry.Target
		if l.Total > 0 {
			text += fmt.Sprintf(" %d/%d:", l.Chosen, l.Total)
		}
		for _, target := range l.Targets {
			text += " " + target.Target
		}
		list = append(list, text)
	}
	return list
}

func TestActivityLines_CommandOnManyIsOneLine(t *testing.T) {
	db, _ := openTest(t)
	dayOfEntries(t, db)
	const whole = "3 targets 3/3: pay:b pay:a pay:a"
	tests := []struct {
		name   string
		filter ActivityFilter
		want   []string
	}{
		{"all", ActivityFilter{}, []string{"payroll:x", "hunter2", whole, "api:api"}},
		{"the entry and its targets", ActivityFilter{User: "maria"}, []string{whole}},
		{"some targets", ActivityFilter{Node: "web-2"}, []string{"payroll:x", "3 targets 2/3: pay:b pay:a"}},
		{"one target", ActivityFilter{Target: "pay:b"}, []string{"3 targets 1/3: pay:b"}},
		{"the entry alone", ActivityFilter{Result: cesi.Partial}, []string{whole}},
		{"a span", ActivityFilter{Since: hour(1), Until: hour(2)}, []string{whole}},
		{"some targets in a span", ActivityFilter{Node: "web-1", Since: hour(1)}, []string{"3 targets 1/3: pay:a"}},
		{"none", ActivityFilter{Node: "web-3"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			lines, err := db.ActivityLines(t.Context(), test.filter, 10)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, written(lines)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestActivityLines_FailedTargetsFirst(t *testing.T) {
	db, _ := openTest(t)
	dayOfEntries(t, db)
	lines, err := db.ActivityLines(t.Context(), ActivityFilter{User: "maria"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"3 targets 3/3: pay:b"}, written(lines)); diff != "" {
		t.Error(diff)
	}
}

// Many targets of one entry must not fill a page or end it early.
func TestActivityLines_PagesAreComplete(t *testing.T) {
	db, _ := openTest(t)
	j, _ := newTestJournal(t, db)
	var want []string
	for i := range 6 {
		name := fmt.Sprintf("bulk %d", i)
		entries := []cesi.Activity{{Action: cesi.ActionStop, Target: name, User: "lin"}}
		for range i * 5 {
			entries = append(entries, cesi.Activity{Action: cesi.ActionStop, Target: "g:n", Node: "n", User: "lin"})
		}
		logged(j, t, entries...)
		want = append([]string{name}, want...)
	}
	for name, filter := range map[string]ActivityFilter{"all": {}, "user": {User: "lin"}, "pending": {Result: cesi.Pending}} {
		filter.Limit = 2
		var got []string
		for range 10 {
			lines, err := db.ActivityLines(t.Context(), filter, 1)
			if err != nil {
				t.Fatal(err)
			}
			if len(lines) == 0 {
				break
			}
			for _, l := range lines {
				got = append(got, l.Entry.Target)
			}
			filter.Before = lines[len(lines)-1].Entry.ID
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
