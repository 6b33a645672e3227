package fleet_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/supervisor/supervisortest"
)

// startFollowed starts a supervisord whose main log is followed, polled every 10 s.
func startFollowed(t *testing.T, programs string) (*harness, *supervisortest.Supervisor) {
	t.Helper()
	s := supervisortest.Start(t, supervisortest.Options{Programs: programs})
	node := s.Node("n")
	node.Follow = true
	return newFleet(t, fleet.Settings{Nodes: []cesi.Node{node}, PollInterval: 10 * time.Second}), s
}

func (h *harness) waitFollowed() {
	h.t.Helper()
	h.wait("the node to be followed", func() bool { return h.node("n").Following.On })
}

func TestFollow_ADeathIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	h, _ := startFollowed(t, program("web"))
	h.waitFollowed()
	for range 5 {
		h.waitState("web", cesi.Running)
		before, _ := h.node("n").Process(id(t, "web"))
		time.Sleep(time.Duration(200+rand.IntN(700)) * time.Millisecond) // idle, as most are
		if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		h.wait("the new pid", func() bool {
			p, _ := h.node("n").Process(id(t, "web"))
			return p.State == cesi.Running && p.PID != before.PID
		})
		if took := time.Since(began); took > 8*time.Second {
			t.Errorf("a death was seen after %v, which a poll might have seen", took)
		} else {
			t.Logf("seen after %v", took)
		}
	}
}

func TestFollow_SupervisorctlIsSeenAtOnce(t *testing.T) {
	t.Parallel()
	h, s := startFollowed(t, program("web"))
	h.waitFollowed()
	h.waitState("web", cesi.Running)
	began := time.Now()
	s.StopProcess("web")
	h.waitState("web", cesi.Stopped)
	s.StartProcess("web")
	h.waitState("web", cesi.Running)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestFollow_WhereItCanNot(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ section, why string }{
		"warn":    {"loglevel = warn", "no lines of level INFO"},
		"blather": {"loglevel = blather", "blather"},
		"no log":  {"logfile = /dev/null", "no log file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := startFollowed(t, "[supervisord]\n"+test.section+"\n"+program("web"))
			h.Apply(fleet.Settings{Nodes: []cesi.Node{withFollow(s.Node("n"))}, PollInterval: 200 * time.Millisecond})
			h.wait("the reason", func() bool { return strings.Contains(h.node("n").Following.Why.String(), test.why) })
			if h.node("n").Following.On {
				t.Error("it is followed")
			}
			h.waitState("web", cesi.Running)
			s.StopProcess("web")
			h.waitState("web", cesi.Stopped)
		})
	}
}

func withFollow(n cesi.Node) cesi.Node {
	n.Follow = true
	return n
}

// TestFollow_ASilentNodeIsSeen stops a followed supervisord: its stream says nothing then.
func TestFollow_ASilentNodeIsSeen(t *testing.T) {
	t.Parallel()
	s := supervisortest.Start(t, supervisortest.Options{Programs: program("web")})
	node := withFollow(s.Node("n"))
	node.Timeout = time.Second
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{node}, PollInterval: 200 * time.Millisecond})
	h.waitFollowed()
	s.Pause()
	defer s.Resume()
	h.wait("the node to be down", func() bool {
		n := h.node("n")
		return n.Status == fleet.Down && n.Failure.Cause == cesi.CauseTimeout
	})
	s.Resume()
	h.wait("the node to be up", func() bool { return h.node("n").Status == fleet.Up })
	h.waitFollowed()
}

func TestFollow_GoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	h, s := startFollowed(t, program("web"))
	h.Apply(fleet.Settings{Nodes: []cesi.Node{withFollow(s.Node("n"))}, PollInterval: 300 * time.Millisecond})
	h.waitFollowed()
	s.Restart()
	h.wait("the stream to be gone", func() bool { return !h.node("n").Following.On })
	h.waitFollowed()
}

// TestFollow_AChangeWithoutALineEndsTheTrust is about a supervisord that does not log all.
func TestFollow_AChangeWithoutALineEndsTheTrust(t *testing.T) {
	t.Parallel()
	web := cesi.Process{ProcessID: cesi.ProcessID{Group: "web", Name: "web"}, State: cesi.Running, PID: 7, Start: 1}
	fake := supervisortest.StartFleet(t).Add("n", web)
	var streams atomic.Int64
	fake.Stream(func(w http.ResponseWriter, r *http.Request) {
		streams.Add(1)
		fmt.Fprintln(w, "2026-11-26 21:22:54,123 INFO supervisord started with pid 1")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{withFollow(fake.Node())}, PollInterval: 50 * time.Millisecond})
	h.waitFollowed()
	web.PID = 8
	fake.SetProcesses(web)
	h.wait("the trust to end", func() bool { return strings.Contains(h.node("n").Following.Why.String(), "without a line") })
	if p, _ := h.node("n").Process(web.ProcessID); p.PID != 8 {
		t.Errorf("pid %d", p.PID)
	}
	if streams.Load() != 1 {
		t.Errorf("%d streams", streams.Load())
	}
}

// TestFollow_NoiseEndsIt is about a log that says much of no process, as at loglevel=debug.
func TestFollow_NoiseEndsIt(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n", cesi.Process{ProcessID: cesi.ProcessID{Group: "web", Name: "web"}, State: cesi.Running, PID: 7, Start: 1})
	fake.Stream(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "2026-11-26 21:22:54,123 INFO supervisord started with pid 1")
		for r.Context().Err() == nil {
			if _, err := fmt.Fprintln(w, "2026-11-26 21:22:54,123 DEBG 'web' stdout output:"); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{withFollow(fake.Node())}, PollInterval: 50 * time.Millisecond})
	h.wait("following to end", func() bool { return strings.Contains(h.node("n").Following.Why.String(), "too much else") })
}

// TestFollow_AFloodOfLinesIsFewPolls counts the polls that a program asks for that writes
// lines like supervisord's.
func TestFollow_AFloodOfLinesIsFewPolls(t *testing.T) {
	t.Parallel()
	fake := supervisortest.StartFleet(t).Add("n", cesi.Process{ProcessID: cesi.ProcessID{Group: "web", Name: "web"}, State: cesi.Running, PID: 7, Start: 1})
	fake.Stream(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "2026-11-26 21:22:54,123 INFO supervisord started with pid 1")
		for r.Context().Err() == nil {
			if _, err := fmt.Fprintln(w, "2026-11-26 21:22:54,123 WARN exited: web (exit status 3; not expected)"); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	var polls atomic.Int64
	h := newFleet(t, fleet.Settings{Nodes: []cesi.Node{withFollow(fake.Node())}, PollInterval: time.Minute}, func(o *fleet.Options) {
		dial := o.Dial
		o.Dial = func(n cesi.Node) (fleet.Client, error) {
			c, err := dial(n)
			return pollCounter{c, &polls}, err
		}
	})
	h.waitFollowed()
	before, began := polls.Load(), time.Now()
	time.Sleep(3 * time.Second)
	most := 4*time.Since(began).Seconds() + 6
	if n := polls.Load() - before; float64(n) > most || n < 4 {
		t.Errorf("%d polls in %v, want 4 a second at most", n, time.Since(began))
	}
}

type pollCounter struct {
	fleet.Client
	polls *atomic.Int64
}

func (c pollCounter) UpdateProcesses(ctx context.Context, known cesi.ProcessList) (cesi.ProcessList, error) {
	c.polls.Add(1)
	return c.Client.UpdateProcesses(ctx, known)
}
