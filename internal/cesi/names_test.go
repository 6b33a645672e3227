package cesi

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareNames_NumericOrder(t *testing.T) {
	want := []string{
		"", "01", "1", "2", "10", "99999999999999999999998", "99999999999999999999999",
		"W_3", "a", "a-1", "a01", "a1", "a1b", "a2a", "a10", "aa",
		"w_0", "w_00", "w_1", "w_1-2", "w_1-10", "w_2", "w_10", "w_10x", "web-2", "web-10", "世1", "世2", "世10",
	}
	got := slices.Clone(want)
	rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, CompareNames)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCompareNames_TotalOrder(t *testing.T) {
	names := []string{"", "0", "00", "1", "01", "1a", "01a", "a", "a0", "a00", "a0b", "a00a", "a:", "a/", "10", "9", "a1.2", "a1.10", "a01.2"}
	for _, a := range names {
		for _, b := range names {
			ab := CompareNames(a, b)
			if ab != -CompareNames(b, a) || (ab == 0) != (a == b) {
				t.Errorf("%q and %q: %d and %d", a, b, ab, CompareNames(b, a))
			}
			for _, c := range names {
				if ab < 0 && CompareNames(b, c) < 0 && CompareNames(a, c) >= 0 {
					t.Errorf("%q < %q < %q, but not %q < %q", a, b, c, a, c)
				}
			}
		}
	}
}
