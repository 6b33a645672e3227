package server

import (
	"fmt"
	"strings"

	"cesi/internal/fleet"
)

// stateCount is how many processes are in a state; Kind is its colour.
type stateCount struct {
	Kind  string
	Count int
	Word  string
}

// newStateCounts lists the states that occur, the quiet ones first. Unexpected
// exits are told apart from expected ones.
func newStateCounts(c fleet.Counts) []stateCount {
	unexpected := c.Bad - c.Fatal - c.Backoff - c.Unknown
	all := []stateCount{
		{"running", c.Running, "running"},
		{"moving", c.Starting, "starting"},
		{"moving", c.Stopping, "stopping"},
		{"idle", c.Stopped, "stopped"},
		{"idle", c.Exited - unexpected, "exited"},
		{"warning", unexpected, "exited unexpectedly"},
		{"warning", c.Unknown, "unknown"},
		{"warning", c.Backoff, "backoff"},
		{"bad", c.Fatal, "fatal"},
	}
	var list []stateCount
	for _, s := range all {
		if s.Count > 0 {
			list = append(list, s)
		}
	}
	return list
}

// newCountsBar draws processes by state.
func newCountsBar(c fleet.Counts) bar {
	var shares []share
	var words []string
	for _, s := range newStateCounts(c) {
		shares = append(shares, share{s.Kind, s.Count})
		words = append(words, fmt.Sprintf("%s %s", number(s.Count), s.Word))
	}
	return newBar(strings.Join(words, ", "), shares...)
}
