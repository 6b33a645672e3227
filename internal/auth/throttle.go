package auth

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"cesi/internal/cesi"
)

// Failed logins are throttled by three bounds:
//
//   - a pair of an address and an account has freeTries; then each further try
//     has to wait, 1 s at first and twice as long after each, up to longestWait;
//   - an address has addressTries in failureWindow, over all accounts;
//   - all addresses together have strangerTries in a minute, except those with a
//     recent login: so a flood from many addresses does not lock them out.
//
// For a device in which the user has logged in before, only its own tries count: the
// device and the account are a pair, and the other two bounds do not apply.
//
// A try counts from its beginning, so many tries at once do not get around a bound,
// and it is taken back when it succeeds. A refused try changes nothing.
//
// The last two bounds also bound the memory: everything is removed failureWindow after
// its last failure, so there are at most 15 × strangerTries pairs of strangers and
// maxKnown × addressTries others. Nothing is removed early to make room, so no flood
// ends a wait.
const (
	freeTries     = 5
	failureWindow = 15 * time.Minute
	longestWait   = 5 * time.Minute
	addressTries  = 30
	strangerTries = 60

	maxKnown = 300
	knownFor = 7 * 24 * time.Hour
)

// ThrottledError refuses a request that comes too often, unread, and says when to try
// again.
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
		Err: cesi.Errorf(cesi.Throttled, "too many failed tries: wait %s and try again", cesi.DurationText(wait))}
}

// throttle remembers recent failures.
type throttle struct {
	now func() time.Time

	mu        sync.Mutex
	pairs     map[pair]*tries
	addresses map[string]*tries
	strangers tries                // within a minute
	known     map[string]time.Time // when an address last had a login
	swept     time.Time
}

type pair struct{ address, account string }

// tries counts failures. Since is the start of the window; for a pair, the last
// failure.
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
	number   int    // failures of the pair, including this one
	stranger bool   // counts among the strangers
}

// begin lets a try through and counts it as failed, or refuses it with a
// ThrottledError.
func (t *throttle) begin(address, account string) (*attempt, error) {
	return t.beginAt("", address, account)
}

// beginAt is begin for a known device of the account; "" for none.
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

// wait returns how long the attempt has to wait; 0 lets it through.
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

// pairWait returns how long a pair waits after that many failures.
func pairWait(failures int) time.Duration {
	wait := time.Second
	for range failures - freeTries {
		if wait *= 2; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// succeed takes the attempt back, forgets earlier failures of its pair, and remembers
// the address as known.
func (a *attempt) succeed() {
	t := a.throttle
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pairs, a.pair)
	a.takeBack()
	t.remember(a.address)
}

// cancel takes the attempt back: it is neither a success nor a failure.
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

// know remembers the address as one with a login.
func (t *throttle) know(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.remember(network(address))
}

// recall remembers addresses of earlier logins, and when.
func (t *throttle) recall(at map[string]time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for address, when := range at {
		if from := network(address); t.known[from].Before(when) {
			t.known[from] = when
		}
	}
}

// remember keeps the maxKnown latest addresses.
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

// sweep removes old failures, at most once a minute.
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

// entry returns the key's tries, and adds them if missing.
func entry[K comparable](of map[K]*tries, key K) *tries {
	if of[key] == nil {
		of[key] = &tries{}
	}
	return of[key]
}

// count adds one to the tries of the window.
func count(t *tries, window time.Duration, now time.Time) {
	if now.Sub(t.since) >= window {
		*t = tries{since: now}
	}
	t.count++
}

// network returns the range that counts as one address: the address itself, or for IPv6
// its /64, which is what one customer has.
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
