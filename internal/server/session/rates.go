package session

import (
	"sync"
	"time"

	"cesi/internal/auth"
	"cesi/internal/cesi"
)

// Rates bounds how often each user does something: a burst at once, and then once a
// second.
type Rates struct {
	Burst int

	mu    sync.Mutex
	spent map[string]time.Time // by user: when the whole burst is available again
}

// Take counts one action of a user now, or refuses it with TooOften.
func (r *Rates) Take(user string, now time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.spent == nil {
		r.spent = make(map[string]time.Time)
	}
	for name, whole := range r.spent { // only recent users
		if !whole.After(now) {
			delete(r.spent, name)
		}
	}
	whole := r.spent[user]
	if whole.Before(now) {
		whole = now
	}
	if wait := whole.Add(time.Second).Sub(now.Add(time.Duration(r.Burst) * time.Second)); wait > 0 {
		return &auth.ThrottledError{RetryAfter: max(wait, time.Second).Round(time.Second),
			Err: cesi.Errorf(cesi.TooOften, "Too many requests in a short time, so this one was not done. Try again in a second.")}
	}
	r.spent[user] = whole.Add(time.Second)
	return nil
}
