package store

import "testing"

func TestInstallation_IDIsUniqueAndStays(t *testing.T) {
	one, path := openTest(t)
	other, _ := openTest(t)
	if len(one.Installation()) != 8 || one.Installation() == other.Installation() {
		t.Errorf("the ids are %q and %q", one.Installation(), other.Installation())
	}
	if got := reopenTest(t, path).Installation(); got != one.Installation() {
		t.Errorf("the id was %q and is %q", one.Installation(), got)
	}
}
