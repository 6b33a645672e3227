package fleet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cesi/internal/cesi"
)

func TestStdin_ProvesOnlyArrivedText(t *testing.T) {
	tests := []struct {
		name string
		send func(w *io.PipeWriter) func(context.Context, string) error
		want Proof
	}{
		{"the word arrives", func(w *io.PipeWriter) func(context.Context, string) error {
			return func(_ context.Context, text string) error {
				_, err := io.WriteString(w, strings.Repeat("x", 9000)+"\nhello\n"+text)
				return err
			}
		}, Proven},
		{"it goes to another process", func(*io.PipeWriter) func(context.Context, string) error {
			return func(context.Context, string) error { return nil }
		}, Disproved},
		{"another word arrives", func(w *io.PipeWriter) func(context.Context, string) error {
			return func(_ context.Context, text string) error {
				_, err := io.WriteString(w, "x"+text)
				return err
			}
		}, Disproved},
		{"the process does not run", func(*io.PipeWriter) func(context.Context, string) error {
			return func(context.Context, string) error { return cesi.Errorf(cesi.Conflict, "NOT_RUNNING") }
		}, Disproved},
		{"nothing can be sent", func(*io.PipeWriter) func(context.Context, string) error {
			return func(context.Context, string) error { return errors.New("no") }
		}, Unproven},
		{"the standard input ends", func(w *io.PipeWriter) func(context.Context, string) error {
			return func(context.Context, string) error { return w.Close() }
		}, Unproven},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, w := io.Pipe()
				stdin := NewStdin()
				go stdin.Read(r)
				if got := stdin.Prove(t.Context(), test.send(w)); got != test.want {
					t.Errorf("it is %s, want %s", got, test.want)
				}
				w.Close()
				<-stdin.ended
				if got := stdin.Prove(t.Context(), func(context.Context, string) error { return errors.New("sent") }); got != Unproven {
					t.Errorf("after the end it is %s", got)
				}
				if n := len(stdin.awaited); n > 0 {
					t.Errorf("%d words are still awaited", n)
				}
			})
		})
	}
}

// counted counts the requests for a proof.
type counted struct {
	asked int
	proof Proof
}

func (c *counted) Prove(context.Context, func(context.Context, string) error) Proof {
	c.asked++
	return c.proof
}

func TestSelf_ProvenOncePerProcessAndSupervisord(t *testing.T) {
	id := cesi.ProcessID{Group: "cesi", Name: "cesi"}
	prover := &counted{proof: Proven}
	at := time.Unix(1000, 0)
	p := &poller{fleet: &Fleet{opts: Options{
		Log:  slog.New(slog.DiscardHandler),
		Self: Self{Process: id, PID: 2, Parent: 1, Started: at, Proof: prover},
	}}}
	p.info.PID = 1
	process := cesi.Process{ProcessID: id, PID: 2, Start: 1001}
	look := func(what string, process cesi.Process, now time.Time, asked int, want Proof) {
		t.Helper()
		p.recognize(t.Context(), cesi.NewProcessList([]cesi.Process{{ProcessID: cesi.ProcessID{Group: "a", Name: "a"}, PID: 9}, process}), now)
		if got := p.self.of(process); prover.asked != asked || got != want {
			t.Errorf("%s: asked %d times, want %d; it is %s, want %s", what, prover.asked, asked, got, want)
		}
	}
	look("first", process, at, 1, Proven)
	look("again, much later", process, at.Add(time.Hour), 1, Proven)
	p.failures = 1
	look("after a failed poll", process, at, 2, Proven)
	p.failures = 0
	later := process
	later.Start = 1002
	look("another start", later, at, 3, Proven)
	other := process
	other.PID = 3
	look("another pid", other, at, 3, Disproved)
	prover.proof = Unproven
	look("no proof", process, at, 4, Unproven)
	look("no proof, soon", process, at.Add(infoEvery-1), 4, Unproven)
	look("no proof, after a minute", process, at.Add(infoEvery), 5, Unproven)
	foreign := process
	foreign.Start = 1003
	look("no proof, but it started at another time", foreign, at, 6, Disproved)
	look("disproved, after a minute", foreign, at.Add(infoEvery), 6, Disproved)
}
