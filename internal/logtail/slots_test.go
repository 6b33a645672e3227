package logtail

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"cesi/internal/cesi"
)

// logNumber is one of many logs.
func logNumber(n int) cesi.LogName {
	return cesi.LogName{Process: cesi.ProcessID{Group: "g", Name: fmt.Sprint(n)}}
}

func TestTail_CapsPerNodeAndUser(t *testing.T) {
	l, _ := newTestLogs("text\n")
	var tails []*Tail
	follow := func(user, node string, n int) error {
		tail, err := l.Tail(user, node, logNumber(n), -1)
		if err == nil {
			tails = append(tails, tail)
		}
		return err
	}
	for n := range maxOfNode {
		if err := follow(fmt.Sprint("user", n/maxOfUser), "n", n); err != nil {
			t.Fatal(err)
		}
	}
	for i, test := range []struct {
		user, node string
		log        int
		want       string // in the refusal; empty: it is followed
	}{
		{"user0", "other", 0, "You follow or download 12 logs"},
		{"user0", "n", 0, "You follow or download 12 logs"},
		{"fresh", "n", 99, "24 logs of this node"},
		{"fresh", "n", 0, ""}, // costs the node nothing
		{"fresh", "other", 0, ""},
	} {
		t.Run(test.user, func(t *testing.T) {
			err := follow(test.user, test.node, test.log)
			if test.want == "" && err != nil || test.want != "" && (cesi.KindOf(err) != cesi.TooManyOpen || !strings.Contains(cesi.TextOf(err).String(), test.want)) {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	if _, err := l.Hold("fresh", "n"); cesi.KindOf(err) != cesi.TooManyOpen {
		t.Errorf("a download beyond the node's cap: %v", err)
	}
	if _, err := l.Hold("user1", "other"); cesi.KindOf(err) != cesi.TooManyOpen {
		t.Errorf("a download beyond the user's cap: %v", err)
	}
	for _, tail := range tails {
		tail.Close()
	}
	release, err := l.Hold("user0", "n")
	if err != nil {
		t.Fatal(err)
	}
	release()
	if len(l.slots.ofNode)+len(l.slots.ofUser)+len(l.feeds) > 0 {
		t.Errorf("something is left: %+v, %d feeds", l.slots, len(l.feeds))
	}
}

// brokenLog panics where a stream is opened.
type brokenLog struct{ *fakeLog }

func (brokenLog) CheckLog(string, cesi.LogName) error { panic("a defect") }

func TestFeed_PanicEndsOnlyItself(t *testing.T) {
	var log strings.Builder
	l := New(brokenLog{}, slog.New(slog.NewTextHandler(&log, nil)))
	w := watching(t, l)
	got := collect(t, w.Next, contains("end:"))
	w.Close()
	if !strings.Contains(got, "Internal error") || !strings.Contains(log.String(), "a defect") {
		t.Errorf("its watchers hear %q, the log says %s", got, log.String())
	}
}
