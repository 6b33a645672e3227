package store

import (
	"log/slog"
	"math"
	"strings"
	"testing"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestText_ComesBackAsItWasStored(t *testing.T) {
	db, _ := openTest(t)
	journal := NewJournal(db, slog.New(slog.DiscardHandler))
	texts := []cesi.Text{
		{},
		cesi.Raw("NO_FILE"),
		cesi.T("stopping since %s", "12:04:05"),
		cesi.T("stopped, but not started: %s", cesi.T("%s: %s", cesi.Raw("x"), "y")),
	}
	for _, text := range texts {
		journal.Add(t.Context(), cesi.Activity{Action: cesi.ActionStop, Result: cesi.OK, Message: text})
	}
	entries, err := db.activities(t.Context(), `1 ORDER BY id`)
	if err != nil || len(entries) != len(texts) {
		t.Fatal(entries, err)
	}
	for i, e := range entries {
		if diff := cmp.Diff(texts[i], e.Message); diff != "" {
			t.Error(diff)
		}
	}
}

func TestText_OutdatedOneStaysEnglish(t *testing.T) {
	for _, columns := range [][3]string{
		{"it ended (FATAL)", "", ""},                       // an entry of an older version
		{"it ended (FATAL)", "it ended", `["FATAL"]`},      // its id takes other arguments now
		{"it ended (FATAL)", "it ended (%s)", `["EXITED"`}, // damaged
		{"it ended (FATAL)", "it ended (%s)", `["EXITED"]`},
	} {
		if got := textOf(columns[0], columns[1], columns[2]); !got.Equal(cesi.Raw(columns[0])) {
			t.Errorf("%q became %#v", columns, got)
		}
	}
	english, id, args := textColumns(cesi.T("%s x", strings.Repeat("a", 6000)))
	if len(english) > maxMessage || id != "" || args != "" {
		t.Errorf("a long text takes %d bytes, %q, %q", len(english), id, args)
	}
	if english, id, args := textColumns(cesi.T("%.1f MB", math.NaN())); english != "NaN MB" || id != "" || args != "" {
		t.Errorf("a text that JSON can't write takes %q, %q, %q", english, id, args)
	}
}
