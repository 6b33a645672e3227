package auth

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// Who fails to log in is slowed down, three times over:
//
//   - a pair of an address and an account has freeTries; then each further try
//     has to wait, 1 s at first and twice as long after each, up to longestWait;
//   - an address has addressTries in failureWindow, over all accounts;
//   - all addresses together have strangerTries in a minute, apart from those
//     that have logged in lately: a flood from anywhere locks none of them out.
//
// A device in which the user has logged in before is asked for its own tries only:
// it is a pair with the account, and neither its address nor all together matter.
//
// A try counts from its beginning, so that many at once are no way around, and
// is taken back when it succeeds. One that is refused changes nothing.
//
// The last two bounds hold the memory too: nothing is remembered for longer than
// failureWindow after its last failure, so there are at most 15 × strangerTries
// pairs of strangers and maxKnown × addressTries others. Nothing has to make
// room for anything else, so no flood makes a wait be forgotten.
const (
	freeTries     = 5
	failureWindow = 15 * time.Minute
	longestWait   = 5 * time.Minute
	addressTries  = 30
	strangerTries = 60

	maxKnown = 300
	knownFor = 7 * 24 * time.Hour
)

// ThrottledError refuses what comes too often, unseen, and says when to come again.
type ThrottledError struct {
	RetryAfter time.Duration // at least a second
	Err        *cesi.Error   // of kind Throttled or TooOften
}

// Error returns the sentence for the user.
func (e *ThrottledError) Error() string { return e.Err.Error() }

// Unwrap gives the error its kind.
func (e *ThrottledError) Unwrap() error { return e.Err }

func throttled(wait time.Duration) error {
	wait = max(wait, time.Second).Round(time.Second)
	return &ThrottledError{RetryAfter: wait,
		Err: cesi.Errorf(cesi.Throttled, "too many failed tries: wait %s and try again", cesi.HumanDuration(wait))}
}

// throttle remembers who failed lately.
type throttle struct {
	now func() time.Time

	mu        sync.Mutex
	pairs     map[pair]*tries
	addresses map[string]*tries
	strangers tries                // of a minute
	known     map[string]time.Time // when an address was last logged in
	swept     time.Time
}

type pair struct{ address, account string }

// tries counts failures. For an address, and for strangers, since is when the
// window began; for a pair it is the last one.
type tries struct {
	count int
	since time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, pairs: map[pair]*tries{}, addresses: map[string]*tries{}, known: map[string]time.Time{}}
}

// attempt is one try that was let through.
type attempt struct {
	throttle *throttle
	pair     pair
	address  string // as network returns it
	device   bool   // the pair is of a device: nothing else counts
	number   int    // how many the pair has failed, this one included
	stranger bool   // counts among the strangers'
}

// begin lets a try through and counts it as failed, or refuses it with a
// ThrottledError.
func (t *throttle) begin(address, account string) (*attempt, error) {
	return t.beginAt("", address, account)
}

// beginAt is begin for a device that is known to be the account's, or "" for none.
func (t *throttle) beginAt(device, address, account string) (*attempt, error) {
	a := &attempt{throttle: t, address: network(address), device: device != ""}
	a.pair = pair{a.address, clip(cesi.FoldUserName(account))}
	if a.device {
		a.pair.address = device
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.sweep(now)
	a.stranger = !a.device && t.known[a.address].IsZero()
	if wait := t.wait(a, now); wait > 0 {
		return nil, throttled(wait)
	}
	p := entry(t.pairs, a.pair)
	if now.Sub(p.since) >= failureWindow {
		p.count = 0
	}
	p.count++
	p.since = now
	a.number = p.count
	if !a.device {
		count(entry(t.addresses, a.address), failureWindow, now)
	}
	if a.stranger {
		count(&t.strangers, time.Minute, now)
	}
	return a, nil
}

// wait is how long the attempt has to wait; 0 lets it through.
func (t *throttle) wait(a *attempt, now time.Time) time.Duration {
	var wait time.Duration
	if p := t.pairs[a.pair]; p != nil && p.count >= freeTries {
		wait = p.since.Add(pairWait(p.count)).Sub(now)
	}
	if of := t.addresses[a.address]; !a.device && of != nil && of.count >= addressTries {
		wait = max(wait, of.since.Add(failureWindow).Sub(now))
	}
	if a.stranger && t.strangers.count >= strangerTries {
		wait = max(wait, t.strangers.since.Add(time.Minute).Sub(now))
	}
	return wait
}

// pairWait is how long a pair waits after so many failures.
func pairWait(failures int) time.Duration {
	wait := time.Second
	for range failures - freeTries {
		if wait *= 2; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// succeed takes the attempt back, forgets what its pair did before, and
// remembers the address as one to trust.
func (a *attempt) succeed() {
	t := a.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pairs, a.pair)
	a.takeBack()
	t.remember(a.address)
}

// cancel takes the attempt back: neither success nor failure.
func (a *attempt) cancel() {
	t := a.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.pairs[a.pair]; p != nil {
		p.count = max(p.count-1, 0)
	}
	a.takeBack()
}

func (a *attempt) takeBack() {
	if of := a.throttle.addresses[a.address]; !a.device && of != nil {
		of.count = max(of.count-1, 0)
	}
	if a.stranger {
		a.throttle.strangers.count = max(a.throttle.strangers.count-1, 0)
	}
}

// know remembers the address as one that is logged in.
func (t *throttle) know(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remember(network(address))
}

// recall remembers from where users have logged in before, and when.
func (t *throttle) recall(at map[string]time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for address, when := range at {
		if from := network(address); t.known[from].Before(when) {
			t.known[from] = when
		}
	}
}

// remember keeps the maxKnown addresses that were seen last.
func (t *throttle) remember(address string) {
	t.known[address] = t.now()
	if len(t.known) <= maxKnown {
		return
	}
	oldest := address
	for other, at := range t.known {
		if at.Before(t.known[oldest]) {
			oldest = other
		}
	}
	delete(t.known, oldest)
}

// sweep forgets, once a minute, what is over.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	forget(t.pairs, now)
	forget(t.addresses, now)
	for address, at := range t.known {
		if now.Sub(at) >= knownFor {
			delete(t.known, address)
		}
	}
	if now.Sub(t.strangers.since) >= time.Minute {
		t.strangers = tries{}
	}
}

func forget[K comparable](of map[K]*tries, now time.Time) {
	for key, t := range of {
		if now.Sub(t.since) >= failureWindow {
			delete(of, key)
		}
	}
}

// entry returns the key's tries, which it makes if there are none.
func entry[K comparable](of map[K]*tries, key K) *tries {
	if of[key] == nil {
		of[key] = &tries{}
	}
	return of[key]
}

// count adds one to what happened in the window.
func count(t *tries, window time.Duration, now time.Time) {
	if now.Sub(t.since) >= window {
		*t = tries{since: now}
	}
	t.count++
}

// network is what stands for an address: itself, or the /64 of an IPv6 one,
// which is what one customer has.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return clip(address)
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return fmt.Sprint(prefix)
}
