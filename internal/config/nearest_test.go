package config

import "testing"

func TestEdits_Count(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"port", "port", 0}, {"", "port", 4}, {"prot", "port", 1}, {"prt", "port", 1},
		{"poort", "port", 1}, {"part", "port", 1}, {"tropp", "port", 4}, {"节点", "节", 1},
	} {
		t.Run(test.a, func(t *testing.T) {
			if got := edits([]rune(test.a), []rune(test.b)); got != test.want {
				t.Errorf("from %q to %q: %d edits, want %d", test.a, test.b, got, test.want)
			}
			if got := edits([]rune(test.b), []rune(test.a)); got != test.want {
				t.Errorf("from %q to %q: %d edits, want %d", test.b, test.a, got, test.want)
			}
		})
	}
}

func TestSuggest_NothingForOtherWords(t *testing.T) {
	same(t, suggest("debug", []string{"database", "port", "members"}), "")
}
