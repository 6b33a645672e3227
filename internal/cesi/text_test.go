package cesi_test

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"

	"github.com/google/go-cmp/cmp"
)

func TestText_EnglishAndJSON(t *testing.T) {
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		text cesi.Text
		want string
	}{
		{cesi.Text{}, ""},
		{cesi.Raw("100% as it is"), "100% as it is"},
		{cesi.T("%d tries", 3), "3 tries"},
		{cesi.T("%.1f MB of %d", 2.0, int64(7)), "2.0 MB of 7"},
		{cesi.T("%s: %s", cesi.ProcessID{Group: "g", Name: "p"}, cesi.T("it is %s", cesi.Fatal)), "g:p: it is FATAL"},
		{cesi.T("not %q", 'x'), "not 'x'"},
		{cesi.T("within %s", 1500*time.Millisecond), "within 1.5s"},
		{cesi.T("from %s on", cesi.At("15:04", noon)), "from 12:00 on"},
		{cesi.List(cesi.T("%d ok", 1), cesi.T("%d failed", 2), cesi.Raw("x")), "1 ok, 2 failed, x"},
	} {
		if got := test.text.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
		args, err := test.text.MarshalArgs()
		if err != nil {
			t.Fatal(err)
		}
		again, err := cesi.UnmarshalText(test.text.ID, args)
		if diff := cmp.Diff(test.text, again); diff != "" || err != nil {
			t.Errorf("%s as JSON: %v\n%s", args, err, diff)
		}
	}
}

func TestText_IsBounded(t *testing.T) {
	long := strings.Repeat("é", 10_000)
	text := cesi.T("%s and %s", long, cesi.Raw(long))
	if got := text.String(); len(got) > 9<<10 || !strings.HasSuffix(got, "…") {
		t.Errorf("%d bytes, ends with %q", len(got), got[len(got)-8:])
	}
}

func TestUnmarshalText_BadArgs(t *testing.T) {
	for _, args := range []string{"", "{}", `[{"id": 3}]`, `[[1]]`, `["a"`, `[1e999]`} {
		if _, err := cesi.UnmarshalText("%s", []byte(args)); err == nil {
			t.Errorf("%s is taken", args)
		}
	}
}
