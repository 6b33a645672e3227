package follow

import (
	"strings"
	"testing"
	"time"

	"cesi/internal/cesi"
)

var start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return start.Add(d) }

// trusting is a stream that has told, with a full poll at its start.
func trusting() *Trust {
	t := new(Trust)
	t.Opened()
	t.Told()
	t.FullPollBegins(start)
	return t
}

func status(t *Trust, now time.Time) string {
	on, why := t.Status(now)
	if on {
		return "on"
	}
	return why.String()
}

func TestTrust_BeginsWithALineOfLevelInfo(t *testing.T) {
	trust := new(Trust)
	if got := status(trust, start); got != "" || !trust.FullPollDue(start, time.Second) {
		t.Errorf("before the first try: %q", got)
	}
	trust.Closed(cesi.T("it has no log to follow"))
	if got := status(trust, start); got != "it has no log to follow" {
		t.Errorf("without a log: %q", got)
	}
	trust.Opened()
	if got := status(trust, start); !strings.Contains(got, "no lines of level INFO") {
		t.Errorf("before a line: %q", got)
	}
	trust.Told()
	if got := status(trust, start); got != "on" {
		t.Errorf("after a line: %q", got)
	}
	trust.Closed(cesi.Text{})
	if got := status(trust, start); got != "" {
		t.Errorf("after its end: %q", got)
	}
}

func TestTrust_FullPolls(t *testing.T) {
	trust := trusting()
	for after, want := range map[time.Duration]bool{time.Second: false, 14 * time.Second: false, 15 * time.Second: true} {
		if got := trust.FullPollDue(at(after), 2*time.Second); got != want {
			t.Errorf("after %v: %v", after, got)
		}
	}
	if trust.FullPollDue(at(20*time.Second), time.Minute) {
		t.Error("it is due before the poll interval")
	}
	trust.Hint()
	if !trust.FullPollDue(at(time.Second), 2*time.Second) {
		t.Error("a hint makes none due")
	}
	trust.FullPollBegins(at(time.Second))
	if trust.FullPollDue(at(2*time.Second), 2*time.Second) {
		t.Error("it is still due after it has begun")
	}
}

func TestTrust_Changes(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(*Trust)
		want string
	}{
		"announced before":        {func(t *Trust) { t.Announced("web", at(time.Second)); t.Changed([]string{"web"}, at(2*time.Second)) }, "on"},
		"announced a moment late": {func(t *Trust) { t.Changed([]string{"web"}, at(time.Second)); t.Announced("web", at(2*time.Second)) }, "on"},
		"announced never":         {func(t *Trust) { t.Changed([]string{"web"}, at(time.Second)) }, "a change came without a line in its log"},
		"announced for another":   {func(t *Trust) { t.Announced("db", at(time.Second)); t.Changed([]string{"web"}, at(time.Second)) }, "a change came without a line in its log"},
		"announced long before": {func(t *Trust) {
			t.Announced("web", at(time.Second))
			for i := 2; i < 4; i++ {
				t.FullPollBegins(at(time.Duration(i) * time.Second))
			}
			t.FullPollBegins(at(4 * time.Second))
			t.Changed([]string{"web"}, at(4*time.Second))
		}, "a change came without a line in its log"},
		"announced while the poll was under way": {func(t *Trust) {
			t.FullPollBegins(at(time.Second))
			t.Announced("web", at(1100*time.Millisecond))
			t.Changed(nil, at(1200*time.Millisecond))
			t.FullPollBegins(at(2 * time.Second))
			t.Changed([]string{"web"}, at(2100*time.Millisecond))
		}, "on"},
	} {
		t.Run(name, func(t *testing.T) {
			trust := trusting()
			test.do(trust)
			trust.FullPollDue(at(10*time.Second), time.Second)
			if got := status(trust, at(10*time.Second)); got != test.want {
				t.Errorf("%q", got)
			}
			trust.FullPollDue(at(11*time.Minute), time.Second)
			if got := status(trust, at(11*time.Minute)); got != "on" {
				t.Errorf("it is not trusted again after eleven minutes: %q", got)
			}
		})
	}
}

func TestHints_FourASecondAfterABurst(t *testing.T) {
	hints, polls := NewHints(start), 0
	for i := range 1000 { // ten seconds
		if hints.Take(at(time.Duration(i)*10*time.Millisecond)) == 0 {
			polls++
		}
	}
	if polls < 42 || polls > 45 {
		t.Errorf("%d polls in ten seconds", polls)
	}
}

func TestNoise_AllowsBurstsAndSteadyLogs(t *testing.T) {
	for name, test := range map[string]struct {
		every time.Duration
		bytes int
		want  bool
	}{
		"forty lines a second": {25 * time.Millisecond, 100, false},
		"a hundred lines":      {10 * time.Millisecond, 100, true},
		"long lines":           {100 * time.Millisecond, 3 << 10, true},
	} {
		t.Run(name, func(t *testing.T) {
			noise, got := Noise{at: start}, false
			for d := time.Duration(0); d < time.Minute; d += test.every {
				got = got || noise.TooMuch(at(d), test.bytes)
			}
			if got != test.want {
				t.Errorf("too much: %v", got)
			}
		})
	}
	burst := Noise{at: start}
	for range 200 { // of a supervisord that starts
		if burst.TooMuch(start, 60) {
			t.Fatal("a burst of 200 lines is too much")
		}
	}
}
