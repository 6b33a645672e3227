package api

import (
	"testing"
)

func TestExport_EscapesSpreadsheetFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1", "＝1": "'＝1",
		"a;=1": "a;'=1", "a;b;@x": "a;b;'@x", "a\t=1": "a\t'=1", "a\n+1": "a\n'+1", "a\r\n-1": "a\r'\n'-1", "a|=1": "a|'=1",
		" =1": "' =1", `"=1`: `'"=1`, `a; "=1`: `a;' "=1`, "a;\t =1": "a;'\t' =1", "a;b": "a;b", "a;": "a;", "\u3000=1": "'\u3000=1",
		"": "", "a=1": "a=1", "工人": "工人", "2026-11-23": "2026-11-23", "'=1": "'=1",
	} {
		t.Run(cell, func(t *testing.T) {
			if got := escapeFormula(cell); got != want {
				t.Errorf("%q: %q, want %q", cell, got, want)
			}
		})
	}
}
