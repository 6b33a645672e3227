package session

import (
	"testing"
	"time"
)

func TestRates_BurstThenOnceASecond(t *testing.T) {
	r := Rates{Burst: 3}
	now := time.Now()
	take := func(user string) bool { return r.Take(user, now) == nil }
	for n := range 3 {
		if !take("a") {
			t.Fatalf("refused at %d", n)
		}
	}
	if take("a") || !take("b") {
		t.Error("a may go on, or b may not begin")
	}
	now = now.Add(time.Second)
	if !take("a") || take("a") {
		t.Error("a second later it is not one more")
	}
	now = now.Add(time.Hour)
	if !take("c") || len(r.spent) != 1 {
		t.Errorf("%d users are remembered", len(r.spent))
	}
}
