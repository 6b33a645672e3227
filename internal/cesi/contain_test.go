package cesi

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
)

func TestContain_PanicIsAnError(t *testing.T) {
	var log bytes.Buffer
	err := Contain(slog.New(slog.NewTextHandler(&log, nil)), "poll web-1", func() error { panic("index out of range") })
	if err == nil || !strings.Contains(err.Error(), "poll web-1") {
		t.Errorf("error %v, want one that names the work", err)
	}
	if KindOf(err) != Internal {
		t.Errorf("kind %v, want internal: the text is for the log", KindOf(err))
	}
	for _, want := range []string{"poll web-1", "index out of range", "contain_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not hold %q:\n%s", want, log.String())
		}
	}
}

func TestContain_ReturnsTheError(t *testing.T) {
	want := errors.New("refused")
	if got := Contain(slog.New(slog.DiscardHandler), "poll", func() error { return want }); got != want {
		t.Errorf("error %v, want %v", got, want)
	}
}
