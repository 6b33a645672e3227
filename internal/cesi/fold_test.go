package cesi

import (
	"strings"
	"testing"
)

func TestFoldUserName_EqualNames(t *testing.T) {
	for _, names := range [][]string{
		{"ann", "Ann", "ANN"},
		{"\u00c9", "\u00e9", "E\u0301", "e\u0301"},
		{"stra\u00dfe", "STRASSE", "stra\u1e9ee"},
		{"\u03c3", "\u03c2", "\u03a3"},
		{"\u1ea4", "A\u0302\u0301", "\u00e2\u0301"},
		{"\uac00", "\u1100\u1161"},
		{"密钥"},
	} {
		for _, name := range names {
			if !SameUserName(names[0], name) {
				t.Errorf("%q and %q are two users", names[0], name)
			}
			if folded := FoldUserName(name); FoldUserName(folded) != folded {
				t.Errorf("%q folds to %q, and that to %q", name, folded, FoldUserName(folded))
			}
		}
	}
	for _, two := range [][2]string{{"e", "\u00e9"}, {"ann", "anna"}, {"o", "0"}} {
		if SameUserName(two[0], two[1]) {
			t.Errorf("%q and %q are one user", two[0], two[1])
		}
	}
	if long := strings.Repeat("A", maxFolded+1); FoldUserName(long) != long {
		t.Error("a name that is too long is folded")
	}
}
