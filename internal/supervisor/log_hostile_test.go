package supervisor_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/supervisor/supervisortest"
)

func TestFollow_NamesWithReservedCharacters(t *testing.T) {
	t.Parallel()
	names := []string{"a#b", "a?b", "a;b", "a%41b", "a%b", "a+b", "a&b=c", "a@b", `a"b`, "a%2541b", "日志#1", "日志"}
	var programs strings.Builder
	for i, name := range names {
		fmt.Fprintf(&programs, "[program:%s]\ncommand = sh -c 'echo ready; exec sleep 1000'\nstartsecs = 0\nstdout_logfile = %s/%d.log\n", name, t.TempDir(), i)
	}
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs.String()})
	c, ctx := dial(t, s.Node("n")), within(t, 30*time.Second)
	for _, name := range names {
		out, err := c.FollowLog(ctx, cesi.LogName{Process: cesi.ProcessID{Group: name, Name: name}, Stream: cesi.Stdout})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		stream(t, out, "ready\n")
		out.Close()
	}
}

// A gateway that fails at every call looks like a log without an end.
func TestLogSize_FailingGateway(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n")
	calls := 0
	fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		http.Error(w, "broken", http.StatusInternalServerError)
	})
	c := dial(t, fake.Node())
	for _, log := range []cesi.LogName{{Process: id(t, "p")}, {Stream: cesi.MainLog}} {
		for range 3 { // the failures of the first are remembered
			ctx := within(t, 10*time.Second)
			if _, err := c.LogSize(ctx, log); cesi.KindOf(err) != cesi.Unreachable || !strings.Contains(cesi.TextOf(err).String(), "every read fails") {
				t.Errorf("%s: %v", log, err)
			}
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := c.LogSize(ended, log); err == nil {
			t.Errorf("%s: its size in vain", log)
		}
		if _, err := c.ReadLog(within(t, 10*time.Second), log, 0, 1<<20); cesi.KindOf(err) != cesi.Unreachable {
			t.Errorf("%s is read: %v", log, err)
		}
	}
	if calls > 200 {
		t.Errorf("%d calls", calls)
	}
}

func TestLogMemory_IsBounded(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n")
	fake.Misbehave(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", http.StatusNotFound) })
	c, ctx := dial(t, fake.Node()), within(t, time.Minute)
	for i := range 1000 {
		_, _ = c.LogSize(ctx, cesi.LogName{Process: cesi.ProcessID{Group: "g", Name: fmt.Sprint(i)}})
	}
	if n := c.RememberedLogs(); n > 256 {
		t.Errorf("something is remembered of %d logs", n)
	}
}
