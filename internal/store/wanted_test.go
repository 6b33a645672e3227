package store

import (
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestWanted_OneRowPerProcess(t *testing.T) {
	t.Parallel()
	db, _ := openTest(t)
	at := time.UnixMicro(1_700_000_000_000_001).UTC()
	of := func(name, reason string) cesi.Wanted {
		return cesi.Wanted{Node: "n", ProcessID: cesi.ProcessID{Group: "g", Name: name}, Since: at, By: "maria", Activity: 7, Started: 5, Reason: cesi.Raw(reason)}
	}
	for _, step := range []struct{ wanted, gone, want []cesi.Wanted }{
		{[]cesi.Wanted{of("a", ""), of("b", "")}, nil, []cesi.Wanted{of("a", ""), of("b", "")}},
		{[]cesi.Wanted{of("a", "NO_FILE")}, nil, []cesi.Wanted{of("a", "NO_FILE"), of("b", "")}},
		{[]cesi.Wanted{of("c", "")}, []cesi.Wanted{of("a", ""), of("x", "")}, []cesi.Wanted{of("b", ""), of("c", "")}},
		{nil, []cesi.Wanted{of("b", ""), of("c", "")}, nil},
	} {
		if err := db.SaveWanted(t.Context(), step.wanted, step.gone); err != nil {
			t.Fatal(err)
		}
		got, err := db.Wanted(t.Context())
		if diff := cmp.Diff(step.want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
}
