package fleet_test

import (
	"os"
	"strings"
	"testing"

	"cesi/internal/cesi"
	"cesi/internal/fleet"

	"github.com/google/go-cmp/cmp"
)

// talking are a program that writes down which signals and lines it gets, and
// one that is stopped.
const talking = `
[program:ear]
command = sh -c "trap 'echo HUP >> %(here)s/heard' HUP; touch %(here)s/ready; while :; do read line && echo $line >> %(here)s/heard; done"
startsecs = 0
stopsignal = KILL
[program:calm]
command = sh -c "trap : HUP; while :; do read line; done"
startsecs = 0
stopsignal = KILL
[program:stopped]
command = tail -f /dev/null
autostart = false
`

func startTalking(t *testing.T) (*harness, func() string) {
	t.Helper()
	h, s := start(t, talking)
	h.waitFile(s.Path("ready"))
	h.waitState("ear", cesi.Running)
	h.waitState("calm", cesi.Running)
	return h, func() string {
		text, _ := os.ReadFile(s.Path("heard")) // not there before the first line
		return string(text)
	}
}

func (h *harness) send(actor cesi.Actor, c fleet.Command) fleet.Report {
	h.t.Helper()
	op, err := h.Control(h.t.Context(), actor, c)
	if err != nil {
		h.t.Fatal(err)
	}
	return h.finish(op)
}

func TestSignal_ReachesProcess(t *testing.T) {
	t.Parallel()
	h, heard := startTalking(t)
	c := h.command(cesi.ActionSignal, "ear")
	for i, signal := range []string{"hup", "SIGHUP", "1"} {
		c.Signal = signal
		if r := h.send(operator, c); r.Result != cesi.OK {
			t.Fatalf("%s: %+v", signal, r)
		}
		h.wait(signal+" to be heard", func() bool { return strings.Count(heard(), "HUP") == i+1 })
	}
	entries := h.journal.all()
	if len(entries) != 3 || entries[0].Detail != "HUP" || entries[2].Detail != "1" || entries[0].Action != cesi.ActionSignal {
		t.Errorf("the activity log does not say what was sent: %+v", entries)
	}
}

func TestSignal_ManySkipsStopped(t *testing.T) {
	t.Parallel()
	h, heard := startTalking(t)
	c := h.command(cesi.ActionSignal)
	c.Signal = "HUP"
	want := map[string]cesi.Result{"ear:ear": cesi.OK, "calm:calm": cesi.OK, "stopped:stopped": cesi.Skipped}
	if diff := cmp.Diff(want, results(h.send(operator, c))); diff != "" {
		t.Error(diff)
	}
	h.wait("it to be heard", func() bool { return heard() == "HUP\n" })
	entries := h.journal.all()
	if len(entries) != 3 || entries[1].Parent != entries[0].ID || entries[1].Detail != "HUP" {
		t.Errorf("want an entry with one for each of two targets: %+v", entries)
	}
	one := h.command(cesi.ActionSignal, "stopped")
	one.Signal = "HUP"
	if r := h.send(operator, one); r.Result != cesi.Failed || cesi.FaultOf(r.Outcomes[0].Err) != cesi.FaultNotRunning {
		t.Errorf("a signal to what is stopped: %+v", r)
	}
}

func TestStdin_ReachesProcess(t *testing.T) {
	t.Parallel()
	h, heard := startTalking(t)
	c := h.command(cesi.ActionStdin, "ear")
	c.Text = "grüß <dich> & 你好\n"
	if r := h.send(operator, c); r.Result != cesi.OK {
		t.Fatalf("%+v", r)
	}
	h.wait("it to be heard", func() bool { return heard() == c.Text })
	if entries := h.journal.all(); len(entries) != 1 || entries[0].Detail != c.Text {
		t.Errorf("the activity log does not say what was sent: %+v", entries)
	}
}

func TestClearLogs_Clears(t *testing.T) {
	t.Parallel()
	h, s := start(t, "[program:p]\ncommand = sh -c \"echo hello; echo bad >&2; exec tail -f /dev/null\"\n"+
		"stdout_logfile = %(here)s/out\nstderr_logfile = %(here)s/err\n"+steady)
	size := func(name string) int64 {
		info, err := os.Stat(s.Path(name))
		if err != nil {
			return -1
		}
		return info.Size()
	}
	h.wait("both logs to be written", func() bool { return size("out") > 0 && size("err") > 0 })
	admin := cesi.Actor{User: "ann", Role: cesi.Admin}
	if r := h.send(admin, h.command(cesi.ActionClearLogs, "p")); r.Result != cesi.OK {
		t.Fatalf("%+v", r)
	}
	if size("out") != 0 || size("err") != 0 {
		t.Errorf("the logs hold %d and %d bytes", size("out"), size("err"))
	}
	all := map[string]cesi.Result{"p:p": cesi.OK, "a:a": cesi.OK, "b:b": cesi.OK}
	if diff := cmp.Diff(all, results(h.send(admin, h.command(cesi.ActionClearLogs)))); diff != "" {
		t.Error(diff)
	}
	if _, err := h.Control(t.Context(), operator, h.command(cesi.ActionClearLogs, "p")); cesi.KindOf(err) != cesi.Forbidden {
		t.Errorf("an operator clears logs: %v", err)
	}
}

func TestSend_Invalid(t *testing.T) {
	t.Parallel()
	h, _ := start(t, steady)
	h.waitState("a", cesi.Running)
	with := func(c fleet.Command, signal, text string) fleet.Command {
		c.Signal, c.Text = signal, text
		return c
	}
	for name, c := range map[string]fleet.Command{
		"no signal":               h.command(cesi.ActionSignal, "a"),
		"no such signal":          with(h.command(cesi.ActionSignal, "a"), "HUPPY", ""),
		"signal 0":                with(h.command(cesi.ActionSignal, "a"), "0", ""),
		"no text":                 h.command(cesi.ActionStdin, "a"),
		"a text to two":           with(h.command(cesi.ActionStdin, "a", "b"), "", "x"),
		"a text that is too long": with(h.command(cesi.ActionStdin, "a"), "", strings.Repeat("x", cesi.MaxStdin+1)),
		"a control character":     with(h.command(cesi.ActionStdin, "a"), "", "\x03"),
		"no UTF-8":                with(h.command(cesi.ActionStdin, "a"), "", "\xff"),
	} {
		if _, err := h.Control(t.Context(), operator, c); cesi.KindOf(err) != cesi.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h.state("a") != cesi.Running || len(h.journal.all()) > 0 {
		t.Error("something went out")
	}
}
