package main

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"cesi/internal/config"
)

func TestTerminal_ControlCharactersAreReplaced(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	hostile := "\x1b[2J a\u009bb \x7f c\xff \u202e d\r\n\te\u2028 节点 \U000e0001"
	n, err := terminal{&out}.Write([]byte(hostile))
	want := `\u001b[2J a\u009bb \u007f c\u00ff \u202e d\u000d` + "\n\te" + `\u2028 节点 \udb40\udc01`
	if out.String() != want || n != len(hostile) || err != nil {
		t.Errorf("got %q, %d, %v; want %q", out.String(), n, err, want)
	}
	if got := oneLine("fine\nweb-2: fine\t"); got != `fine\u000aweb-2: fine\u0009` {
		t.Errorf("one line: %q", got)
	}
}

func TestTerminal_LogOfJSONStaysJSON(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := newLogger(terminal{&out}, &config.Config{LogFormat: "json"})
	log.Info("said", slog.String("text", "\u009b31m \u202e \x1b \U000e0001"))
	var line struct{ Text string }
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil || line.Text != "\u009b31m \u202e \x1b \U000e0001" {
		t.Errorf("%q, error %v in %s", line.Text, err, out.String())
	}
	if strings.ContainsAny(out.String(), "\u009b\u202e\x1b\U000e0001") {
		t.Errorf("a terminal would obey %q", out.String())
	}
}
