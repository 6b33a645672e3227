package server

import (
	"strings"
	"time"

	"cesi/internal/fleet"
	"cesi/internal/words"
)

// contact says when a node answered last, and how fast.
type contact struct {
	Time    time.Time // zero: never
	When    words.Phrase
	Age     words.Phrase
	Latency words.Phrase
	Down    bool
}

func newContact(now time.Time, n *fleet.Node) contact {
	c := contact{Time: n.LastContact, Latency: duration(n.Latency), Down: n.Status == fleet.Down}
	if !c.Time.IsZero() {
		c.When, c.Age = when(now, c.Time), age(now, c.Time)
	}
	return c
}

// placeOf is a node's address for people: a plain URL's scheme goes without
// saying.
func placeOf(n *fleet.Node) string { return strings.TrimPrefix(n.Address, "http://") }
