package stream

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestLogStream_IdleSendsKeepAlive(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		stream, err := newEventStream(w)
		if err != nil {
			t.Error(err)
			return
		}
		idle := newLogStream(stream)
		idle.wrote = time.Now().Add(-commentEvery)
		for range 3 { // one is enough for a while
			if err := idle.keepAlive(); err != nil {
				t.Error(err)
			}
		}
	}))
	defer server.Close()
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != ":\n\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOpenViews_TotalIsBounded(t *testing.T) {
	var all openViews
	for n := range allViews {
		if _, err := all.enter(fmt.Sprint(n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := all.enter("late"); cesi.KindOf(err) != cesi.TooManyOpen {
		t.Errorf("one more than all may have open: %v", err)
	}
}
