package logtail

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

var aLog = cesi.LogName{Process: cesi.ProcessID{Group: "g", Name: "p"}}

func contains(text string) func(string) bool {
	return func(all string) bool { return strings.Contains(all, text) }
}

func TestWatch_ReadersShareOneStream(t *testing.T) {
	l, f := newTestLogs("first\n")
	watches := make([]*Watch, 10)
	for i := range watches {
		watches[i] = watching(t, l)
	}
	s := f.stream(t, 1)
	for _, w := range watches {
		collect(t, w.Next, contains("first\n"))
	}
	f.write(t, s, "second\n")
	late := watching(t, l)
	for i, w := range append(watches, late) {
		if got := collect(t, w.Next, contains("second\n")); i == len(watches) && got != "first\nsecond\n" {
			t.Errorf("who comes later gets %q", got)
		}
	}
	if f.opened != 1 {
		t.Errorf("%d streams were opened", f.opened)
	}
	for _, w := range watches {
		w.Close()
	}
	select {
	case <-s.closed:
		t.Fatal("the stream ended while somebody watched")
	default:
	}
	late.Close()
	<-s.closed
	again := watching(t, l)
	defer again.Close()
	f.stream(t, 2)
}

func TestWatch_OnlySlowReaderLosesText(t *testing.T) {
	l, f := newTestLogs("")
	slow, quick := watching(t, l), watching(t, l)
	defer slow.Close()
	defer quick.Close()
	s := f.stream(t, 1)
	const lines, length = 3 * ringSize / 1000, 1000
	last := fmt.Sprintf("%0*d\n", length-1, lines-1)
	room := make(chan struct{}, 500) // lines that the fast reader may be behind
	go func() {
		for i := range lines {
			room <- struct{}{}
			f.set(func() { f.content = append(f.content, last...) })
			_, _ = fmt.Fprintf(s.in, "%0*d\n", length-1, i)
		}
	}()
	taken := 0
	for taken < lines*length {
		e, err := quick.Next(t.Context())
		if err != nil || e.Kind == Seam {
			t.Fatalf("after %d bytes: %+v, %v", taken, e, err)
		}
		for range (taken+len(e.Text))/length - taken/length {
			<-room
		}
		taken += len(e.Text)
	}
	missed := collect(t, slow.Next, contains(last))
	if !strings.HasPrefix(missed, "[") || !strings.Contains(missed, "skipped") || len(missed) > 2*readSize {
		t.Errorf("the slow one got %d bytes: %.200q", len(missed), missed)
	}
}

func TestWatch_BrokenStreamContinuesAfterMark(t *testing.T) {
	l, f := newTestLogs("")
	w := watching(t, l)
	defer w.Close()
	f.write(t, f.stream(t, 1), "before\n")
	collect(t, w.Next, contains("before\n"))
	f.set(func() { f.follow = cesi.Errorf(cesi.Unreachable, "Refused.") })
	f.stream(t, 1).in.Close()
	collect(t, w.Next, contains("[state: Refused. Trying again.]"))
	f.set(func() { f.follow = nil; f.content = nil })
	f.write(t, f.stream(t, 2), "after\n")
	if got := collect(t, w.Next, contains("after\n")); got != "["+brokeOff().String()+"]after\n" {
		t.Errorf("got %q", got)
	}
}

func TestWatch_RemovedLogEnds(t *testing.T) {
	l, f := newTestLogs("")
	w := watching(t, l)
	defer w.Close()
	s := f.stream(t, 1)
	f.set(func() { f.check = cesi.Errorf(cesi.NotFound, "There is no such process.") })
	got := collect(t, w.Next, contains("end:"))
	if got != "[state: There is no such process.][end: There is no such process.]" {
		t.Errorf("got %q", got)
	}
	<-s.closed
}

func TestWatch_ProcessAddedAgainContinues(t *testing.T) {
	l, f := newTestLogs("")
	w := watching(t, l)
	defer w.Close()
	f.stream(t, 1)
	f.set(func() { f.check = cesi.Errorf(cesi.NotFound, "There is no such process.") })
	collect(t, w.Next, contains("[state: There is no such process.]"))
	f.set(func() { f.check = nil })
	f.write(t, f.stream(t, 2), "here again\n")
	collect(t, w.Next, contains("here again\n"))
}

func TestWatch_HungNodeIsAskedAgain(t *testing.T) {
	l, f := newTestLogs("")
	w := watching(t, l)
	defer w.Close()
	f.stream(t, 1)
	f.set(func() { f.check = cesi.Errorf(cesi.Timeout, "It did not answer in time.") })
	collect(t, w.Next, contains("[state: It did not answer in time.]"))
	f.set(func() { f.check = nil })
	f.write(t, f.stream(t, 2), "awake\n")
	if got := collect(t, w.Next, contains("awake\n")); !strings.Contains(got, brokeOff().String()) {
		t.Errorf("got %q", got)
	}
}

func TestWatch_WaitsForMissingLog(t *testing.T) {
	l, f := newTestLogs("")
	none := cesi.Errorf(cesi.NotFound, "There is no log.")
	none.Fault = cesi.FaultNoFile
	f.set(func() { f.follow = none })
	w := watching(t, l)
	defer w.Close()
	collect(t, w.Next, contains("[state: There is no log. Waiting for it to appear.]"))
	f.set(func() { f.follow = nil })
	f.write(t, f.stream(t, 1), "here\n")
	if got := collect(t, w.Next, contains("here\n")); got != "here\n" {
		t.Errorf("got %q", got)
	}
}

func TestWatch_LateReaderGetsCurrentState(t *testing.T) {
	l, f := newTestLogs("")
	f.set(func() { f.follow = cesi.Errorf(cesi.Unreachable, "Refused.") })
	first := watching(t, l)
	defer first.Close()
	collect(t, first.Next, contains("[state: Refused. Trying again.]"))
	f.set(func() { f.follow = nil })
	f.write(t, f.stream(t, 1), "here\n")
	collect(t, first.Next, contains("here\n"))
	late := watching(t, l)
	defer late.Close()
	if got := collect(t, late.Next, contains("here\n")); got != "here\n" {
		t.Errorf("got %q", got)
	}
}

func TestTail_ContinuesWherePageEnded(t *testing.T) {
	page := strings.Repeat("a line of the page\n", 300)
	tests := map[string]struct {
		since string // written between the page and the stream
		want  string
	}{
		"nothing new":                  {"", "live\n"},
		"little":                       {"new\n", "new\nlive\n"},
		"more than the stream's start": {strings.Repeat("0123456789\n", 500), strings.Repeat("0123456789\n", 500) + "live\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l, f := newTestLogs(page + test.since)
			tail := tailing(t, l, int64(len(page)))
			defer tail.Close()
			s := f.stream(t, 1)
			f.write(t, s, "live\n")
			if got := collect(t, tail.Next, contains("live\n")); got != test.want {
				t.Errorf("got %.300q, want %.300q", got, test.want)
			}
		})
	}
}

func TestTail_FindsPlaceAfterReconnect(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("old\n", 1000))
	tail := tailing(t, l, 4000)
	defer tail.Close()
	f.write(t, f.stream(t, 1), "one\n")
	collect(t, tail.Next, contains("one\n"))
	f.set(func() { f.content = append(f.content, "missed\n"...) })
	f.stream(t, 1).in.Close()
	f.write(t, f.stream(t, 2), "two\n")
	if got := collect(t, tail.Next, contains("two\n")); got != "["+brokeOff().String()+"]missed\ntwo\n" {
		t.Errorf("got %q", got)
	}
}

func TestTail_FindsPlaceAfterGap(t *testing.T) {
	page := strings.Repeat("old\n", 1000) + "\xc4\xe3\xba\xc3 and a line that can be read again\n"
	l, f := newTestLogs(page)
	f.gaps = [][2]int64{{3990, 4004}}
	tail := tailing(t, l, int64(len(page)))
	defer tail.Close()
	f.write(t, f.stream(t, 1), "live\n")
	if got := collect(t, tail.Next, contains("live\n")); got != "live\n" {
		t.Errorf("got %q", got)
	}
}

func TestTail_UnknownPlaceStartsAtTop(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("old\n", 1000))
	f.gaps = [][2]int64{{3000, 4000}}
	tail := tailing(t, l, 4000)
	defer tail.Close()
	if got := collect(t, tail.Next, contains("old\n")); !strings.HasPrefix(got, "["+beginning().String()+"]") {
		t.Errorf("got %.200q", got)
	}
	cleared := tailing(t, l, 9000)
	defer cleared.Close()
	if got := collect(t, cleared.Next, contains("old\n")); !strings.HasPrefix(got, "[The log was cleared or rotated.]") {
		t.Errorf("got %.200q", got)
	}
}

func TestTail_BeginsWithEndOfLog(t *testing.T) {
	l, f := newTestLogs(strings.Repeat("0123456789\n", 10_000))
	tail := tailing(t, l, -1)
	defer tail.Close()
	f.write(t, f.stream(t, 1), "live\n")
	got := collect(t, tail.Next, contains("live\n"))
	if len(got) < greetingSize || !strings.HasSuffix(got, "0123456789\nlive\n") || strings.Contains(got, "[") {
		t.Errorf("%d bytes, %.100q …", len(got), got)
	}
}

func TestWatch_EndsWithContext(t *testing.T) {
	l, _ := newTestLogs("")
	w := watching(t, l)
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = w.Next(ctx) // its greeting
	for {
		if _, err := w.Next(ctx); err != nil {
			return
		}
	}
}
