package cesi_test

import (
	"testing"

	"cesi/internal/cesi"
)

func TestParseSignal_Forms(t *testing.T) {
	for text, want := range map[string]string{
		"HUP": "HUP", "hup": "HUP", "SIGHUP": "HUP", " sigusr1 ": "USR1", "1": "1", "64": "64", "09": "9",
		"": "", "0": "", "65": "", "-1": "", "SIG": "", "HUPPY": "", "SIGSIGHUP": "", "1.5": "",
	} {
		t.Run(text, func(t *testing.T) {
			got, err := cesi.ParseSignal(text)
			if got != want || (err == nil) != (want != "") {
				t.Errorf("%q: %q, %v; want %q", text, got, err, want)
			}
		})
	}
	for _, name := range cesi.Signals() {
		if got, err := cesi.ParseSignal("SIG" + name); got != name || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
