package auth

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"cesi/internal/cesi"
)

// notes is a journal that keeps entries in memory.
type notes struct {
	mu      sync.Mutex
	entries []cesi.Activity
}

func (n *notes) Add(_ context.Context, entry cesi.Activity) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.entries = append(n.entries, entry)
}

func (n *notes) total() (entries, events int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.entries {
		events += e.Count
	}
	return len(n.entries), events
}

func failedLogin(user, address string) cesi.Activity {
	return cesi.Activity{Action: cesi.ActionLoginFailed, User: user, Address: address, Message: cesi.Raw("wrong")}
}

func TestFailures_FirstAreEntriesOthersCounted(t *testing.T) {
	c, n := newClock(), &notes{}
	f := newFailures(n, c.now)
	f.note(t.Context(), failedLogin("ann", "10.0.0.1"), true)
	for range 40 {
		f.note(t.Context(), failedLogin("ann", "10.0.0.1"), false)
		c.pass(time.Second)
	}
	f.flush(t.Context(), false)
	if entries, events := n.total(); entries != 1 || events != 1 {
		t.Fatalf("%d entries of %d before the interval is over, want 1 of 1", entries, events)
	}
	c.pass(tallyInterval)
	f.flush(t.Context(), false)
	if entries, events := n.total(); entries != 2 || events != 41 {
		t.Fatalf("%d entries of %d, want 2 of 41", entries, events)
	}
	got := n.entries[1]
	if got.User != "ann" || got.Address != "10.0.0.1" || got.Result != cesi.Failed || got.Message.String() != "40 tries within 39 s" {
		t.Errorf("%+v", got)
	}
}

func TestFailures_FloodIsBoundedAndCounted(t *testing.T) {
	c, n := newClock(), &notes{}
	f := newFailures(n, c.now)
	const floods = 36_000
	for i := range floods {
		f.note(t.Context(), failedLogin(fmt.Sprint("user", i), fmt.Sprintf("10.0.%d.%d", i>>8&255, i&255)), i%2 == 0)
		c.pass(100 * time.Millisecond)
		if i%600 == 0 {
			f.flush(t.Context(), false)
		}
	}
	entries, _ := n.total()
	if entries > 200 {
		t.Errorf("%d entries in an hour, want at most 200", entries)
	}
	f.flush(t.Context(), true) // as at the end
	if _, events := n.total(); events != floods {
		t.Errorf("%d failures in the log, want %d", events, floods)
	}
	if last := n.entries[len(n.entries)-1]; last.User != "" && last.Count > 1 {
		t.Errorf("one name for many: %+v", last)
	}
	several := 0
	for _, e := range n.entries {
		if strings.Contains(e.Message.String(), "with several names, from several addresses") && e.Address == "" {
			several++
		}
	}
	if several == 0 {
		t.Error("no entry stands for all further addresses")
	}
}

func TestFailures_NameIsClipped(t *testing.T) {
	for name, want := range map[string]string{
		"ann":                   "ann",
		strings.Repeat("密", 64): strings.Repeat("密", 64),
		strings.Repeat("密", 65): strings.Repeat("密", 64),
		"a\xff":                 "a\uFFFD",
	} {
		if got := clip(name); got != want {
			t.Errorf("clip(%q) = %q", name, got)
		}
	}
}
