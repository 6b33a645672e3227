package view

import (
	"strings"
	"time"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// Contact says when a node last answered, and how fast.
type Contact struct {
	Time    time.Time // zero: never
	When    cesi.Text
	Age     cesi.Text
	Latency cesi.Text
	Down    bool
}

// NewContact returns when a node last answered.
func NewContact(now time.Time, n *fleet.Node) Contact {
	c := Contact{Time: n.LastContact, Latency: Duration(n.Latency), Down: n.Status == fleet.Down}
	if !c.Time.IsZero() {
		c.When, c.Age = When(now, c.Time), age(now, c.Time)
	}
	return c
}

// PlaceOf returns a node's address for pages, without http://.
func PlaceOf(n *fleet.Node) string { return strings.TrimPrefix(n.Address, "http://") }
