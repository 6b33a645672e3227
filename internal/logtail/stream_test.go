package logtail

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

func TestStream_MarksRotationAtItsPlace(t *testing.T) {
	for name, test := range map[string]struct{ before, lost, after, want string }{
		"all of it comes":            {"two\n", "", "three\n", "one\ntwo\n[ROT]three\n"},
		"lines are lost":             {"two\n", "lost 1\nlost 2\n", "three\n", "one\ntwo\n[ROT]three\n"},
		"nothing before":             {"", "lost\n", "three\n", "one\n[ROT]three\n"},
		"its beginning comes in two": {"two\n", "lost\n", "three\nfour\n", "one\ntwo\n[ROT]three\nfour\n"},
	} {
		t.Run(name, func(t *testing.T) {
			l, f := newTestLogs(strings.Repeat("a line that was there\n", 10) + "one\n")
			l.timing.verify = 50 * time.Millisecond
			tail := tailing(t, l, int64(len(f.content)-len("one\n")))
			defer tail.Close()
			s := f.stream(t, 1)
			got := collect(t, tail.Next, contains("one\n"))
			f.set(func() { f.content = append(f.content, test.before...) })
			f.set(func() { f.content = []byte(test.after) }) // a rotation
			half := test.after[:len(test.after)/2]
			if strings.HasPrefix(name, "its") {
				_, _ = s.in.Write([]byte(test.before + half))
				_, _ = s.in.Write([]byte(test.after[len(half):]))
			} else {
				_, _ = s.in.Write([]byte(test.before + test.after))
			}
			got += collect(t, tail.Next, contains(test.after[len(half):]))
			if got = strings.ReplaceAll(got, rotated().String(), "ROT"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if tail.offset != int64(len(test.after)) {
				t.Errorf("it is at %d, want %d", tail.offset, len(test.after))
			}
		})
	}
}

// heldLog holds its stream back, as nginx does as it is set up first.
func heldLog(t *testing.T, text string) (*Logs, *fakeLog) {
	t.Helper()
	l, f := newTestLogs(text)
	l.timing.silent = 20 * time.Millisecond
	f.set(func() { f.hangs = true })
	return l, f
}

func TestFeed_PollsIfStreamIsBuffered(t *testing.T) {
	l, f := heldLog(t, "one\n")
	tail := tailing(t, l, 0)
	defer tail.Close()
	got := collect(t, tail.Next, contains("one\n"))
	add := func(text string) {
		f.set(func() { f.content = append(f.content, text...) })
		got += collect(t, tail.Next, contains(text))
	}
	add("two\n")
	f.set(func() { f.content = nil })
	f.set(func() { f.polls = 0 })
	eventually(t, "the poll to see it", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.polls > 3 })
	add("cleared\n")
	f.set(func() { f.content = bytes.Repeat([]byte("another log\n"), 10) })
	got += collect(t, tail.Next, func(all string) bool { return strings.Count(all, "another log\n") == 10 })
	want := "one\ntwo\n[ROT]cleared\n[ROT]" + strings.Repeat("another log\n", 10)
	if got = strings.ReplaceAll(got, rotated().String(), "ROT"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !l.isHeld("n") || l.isHeld("other") {
		t.Error("what is held back is not remembered")
	}
	late := watching(t, l)
	defer late.Close()
	if e, err := late.Next(t.Context()); err != nil || e.Kind != State || !strings.Contains(e.Sentence.String(), "proxy_http_version 1.1;") {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestFeed_PollsIfStreamIsSilent(t *testing.T) {
	l, f := newTestLogs("")
	l.timing.silent = 50 * time.Millisecond
	w := watching(t, l)
	defer w.Close()
	f.stream(t, 1)
	eventually(t, "nothing to come", func() bool {
		f.set(func() { f.content = append(f.content, "more\n"...) })
		time.Sleep(time.Millisecond)
		return l.isHeld("n")
	})
	collect(t, w.Next, contains("more\n"))
}

func TestFeed_DeviceIsNotLive(t *testing.T) {
	l, f := newTestLogs("")
	e := cesi.Errorf(cesi.NotFound, "It is a pipe.")
	e.Fault = cesi.FaultFailed
	f.set(func() { f.size = e })
	w := watching(t, l)
	defer w.Close()
	if got := collect(t, w.Next, contains("pipe")); got != "[state: It is a pipe.]" {
		t.Errorf("got %q", got)
	}
	if f.opened > 0 {
		t.Error("its stream was opened")
	}
}
