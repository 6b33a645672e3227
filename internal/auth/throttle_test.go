package auth

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cesi/internal/cesi"
)

// clock is a time that only the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// wait is how long a try is refused for; 0 means that it was let through.
func wait(t *testing.T, th *throttle, address, account string) time.Duration {
	t.Helper()
	_, err := th.begin(address, account)
	if err == nil {
		return 0
	}
	var refused *ThrottledError
	if !errors.As(err, &refused) || cesi.KindOf(err) != cesi.Throttled {
		t.Fatalf("error %v", err)
	}
	return refused.RetryAfter
}

func TestThrottle_WaitDoublesPerAddressAndUser(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for n := range freeTries {
		if got := wait(t, th, "10.0.0.1", "ann"); got != 0 {
			t.Fatalf("try %d waits %v", n+1, got)
		}
	}
	var waits []time.Duration
	for range 11 {
		d := wait(t, th, "10.0.0.1", "Ann")
		waits = append(waits, d)
		c.pass(d - time.Millisecond)
		if got := wait(t, th, "10.0.0.1", "ann"); got == 0 {
			t.Fatalf("let through before %v are over", d)
		}
		c.pass(time.Millisecond)
		if got := wait(t, th, "10.0.0.1", "ann"); got != 0 {
			t.Fatalf("still waits %v after %v", got, d)
		}
	}
	s := time.Second
	want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 300 * s, 300 * s}
	if diff := cmp.Diff(want, waits); diff != "" {
		t.Error(diff)
	}
	if got := wait(t, th, "10.0.0.2", "ann"); got != 0 {
		t.Errorf("another address waits %v", got)
	}
	if got := wait(t, th, "10.0.0.1", "bob"); got != 0 {
		t.Errorf("another account waits %v", got)
	}
}

func TestThrottle_ConcurrentTries(t *testing.T) {
	th := newThrottle(newClock().now)
	var (
		wg      sync.WaitGroup
		mu      sync.Mutex
		through int
	)
	for range 100 {
		wg.Go(func() {
			if _, err := th.begin("10.0.0.1", "ann"); err == nil {
				mu.Lock()
				through++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if through != freeTries {
		t.Errorf("%d of 100 let through, want %d", through, freeTries)
	}
}

func TestThrottle_SuccessAndCancel(t *testing.T) {
	th := newThrottle(newClock().now)
	for range 3 * freeTries {
		a, err := th.begin("10.0.0.1", "ann")
		if err != nil {
			t.Fatal(err)
		}
		a.cancel()
	}
	for range freeTries - 1 {
		wait(t, th, "10.0.0.1", "ann")
	}
	a, err := th.begin("10.0.0.1", "ann")
	if err != nil {
		t.Fatal(err)
	}
	a.succeed()
	for n := range freeTries {
		if got := wait(t, th, "10.0.0.1", "ann"); got != 0 {
			t.Errorf("try %d after a success waits %v", n+1, got)
		}
	}
	if got := wait(t, th, "10.0.0.1", "ann"); got == 0 {
		t.Error("a success frees for ever")
	}
}

func TestThrottle_ForgetsAfterWindow(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for range freeTries {
		wait(t, th, "10.0.0.1", "ann")
	}
	c.pass(failureWindow - time.Second)
	wait(t, th, "10.0.0.1", "bob") // whatever is swept now
	c.pass(time.Second)
	for n := range freeTries {
		if got := wait(t, th, "10.0.0.1", "ann"); got != 0 {
			t.Errorf("try %d waits %v", n+1, got)
		}
	}
}

func TestThrottle_BoundPerAddress(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for n := range addressTries {
		if got := wait(t, th, "2001:db8:1:2::1", fmt.Sprint("user", n)); got != 0 {
			t.Fatalf("try %d waits %v", n+1, got)
		}
	}
	for address, want := range map[string]time.Duration{
		"2001:db8:1:2::1":           failureWindow,
		"2001:db8:1:2:ffff::1":      failureWindow, // the same /64
		"2001:db8:1:2:ffff::1%eth0": failureWindow,
		"2001:db8:1:3::1":           0,
	} {
		t.Run(address, func(t *testing.T) {
			if got := wait(t, th, address, "new"); got != want {
				t.Errorf("%s waits %v, want %v", address, got, want)
			}
		})
	}
	c.pass(failureWindow)
	if got := wait(t, th, "2001:db8:1:2::1", "new"); got != 0 {
		t.Errorf("waits %v after the window", got)
	}
}

func TestThrottle_KnownAddressIsNotLockedOut(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	a, err := th.begin("::ffff:192.0.2.7", "admin")
	if err != nil {
		t.Fatal(err)
	}
	a.succeed()
	th.know("2001:db8::7")
	for n := range 2 * strangerTries {
		got := wait(t, th, fmt.Sprintf("10.0.%d.1", n), "admin")
		if (got > 0) != (n >= strangerTries) || got > time.Minute {
			t.Fatalf("try %d waits %v", n+1, got)
		}
	}
	for _, address := range []string{"192.0.2.7", "2001:db8::8"} {
		if got := wait(t, th, address, "admin"); got != 0 {
			t.Errorf("%s, known, waits %v", address, got)
		}
	}
	c.pass(time.Minute)
	if got := wait(t, th, "10.1.0.1", "admin"); got != 0 {
		t.Errorf("waits %v in the next minute", got)
	}
}

func TestThrottle_FloodIsBoundedAndKeepsWaits(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for range maxKnown {
		th.know(fmt.Sprint("192.0.2.", len(th.known)))
	}
	for range freeTries + 8 { // up to a wait of minutes
		c.pass(wait(t, th, "10.9.9.9", "admin"))
		wait(t, th, "10.9.9.9", "admin")
	}
	waited := time.Duration(0)
	most := 0
	for n := range 100_000 {
		if n%1000 == 0 {
			c.pass(time.Second)
			waited += time.Second
		}
		_, _ = th.begin(fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255), fmt.Sprint("user", n))
		most = max(most, len(th.pairs))
		if n%10 == 0 {
			_, _ = th.begin(fmt.Sprint("192.0.2.", n%maxKnown), fmt.Sprint("user", n))
		}
	}
	if most > 10_000 || len(th.addresses) > 2000 || len(th.known) > maxKnown {
		t.Errorf("%d pairs, %d addresses, %d known", most, len(th.pairs), len(th.known))
	}
	if got := wait(t, th, "10.9.9.9", "admin"); got == 0 {
		t.Errorf("the pair's wait is forgotten after %v", waited)
	}
	c.pass(2 * failureWindow)
	wait(t, th, "10.0.0.1", "one")
	if len(th.pairs) != 1 || len(th.addresses) != 1 {
		t.Errorf("%d pairs and %d addresses long after the flood, want one", len(th.pairs), len(th.addresses))
	}
}

func TestThrottle_KnowsLatestAddresses(t *testing.T) {
	c := newClock()
	th := newThrottle(c.now)
	for n := range maxKnown + 10 {
		th.know("192.0.2.1")
		th.know(fmt.Sprintf("10.0.%d.%d", n>>8, n&255))
		c.pass(time.Second)
	}
	if len(th.known) != maxKnown || th.known["192.0.2.1"].IsZero() || !th.known["10.0.0.0"].IsZero() {
		t.Errorf("%d known, the one in use %v, the first %v", len(th.known), th.known["192.0.2.1"], th.known["10.0.0.0"])
	}
	c.pass(knownFor)
	wait(t, th, "10.1.1.1", "x")
	if len(th.known) != 0 {
		t.Errorf("%d known after a week", len(th.known))
	}
}

func TestThrottle_FoldsUserNames(t *testing.T) {
	th := newThrottle(newClock().now)
	for n := range freeTries {
		name := []string{"\u00e9", "\u00c9", "e\u0301", "E\u0301"}[n%4]
		if got := wait(t, th, "10.0.0.1", name); got != 0 {
			t.Fatalf("try %d waits %v", n+1, got)
		}
	}
	if got := wait(t, th, "10.0.0.1", "E\u0301"); got == 0 {
		t.Error("another way to write the name is a way around")
	}
}
