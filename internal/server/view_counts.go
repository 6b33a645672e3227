package server

import (
	"fmt"
	"strings"

	"cesi/internal/cesi"
	"cesi/internal/fleet"
)

// stateCount is how many processes are in a state; Kind is its colour. States
// and Attention filter them.
type stateCount struct {
	Kind      string
	Count     int
	Word      string
	States    []cesi.State
	Attention fleet.Attention
}

// newStateCounts lists the states that occur, the quiet ones first. Unexpected
// exits are told apart from expected ones.
func newStateCounts(c fleet.Counts) []stateCount {
	unexpected := c.Bad - c.Fatal - c.Backoff - c.Unknown
	in := func(state cesi.State) []cesi.State { return []cesi.State{state} }
	all := []stateCount{
		{"running", c.Running, "running", in(cesi.Running), fleet.AnyAttention},
		{"moving", c.Starting, "starting", in(cesi.Starting), fleet.AnyAttention},
		{"moving", c.Stopping, "stopping", in(cesi.Stopping), fleet.AnyAttention},
		{"idle", c.Stopped, "stopped", in(cesi.Stopped), fleet.AnyAttention},
		{"idle", c.Exited - unexpected, "exited", in(cesi.Exited), fleet.NeedsNone},
		{"warning", unexpected, "exited unexpectedly", in(cesi.Exited), fleet.NeedsAttention},
		{"warning", c.Unknown, "unknown", in(cesi.Unknown), fleet.AnyAttention},
		{"warning", c.Backoff, "backoff", in(cesi.Backoff), fleet.AnyAttention},
		{"bad", c.Fatal, "fatal", in(cesi.Fatal), fleet.AnyAttention},
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

// linkedCount is a stateCount that leads to the list of what it counts.
type linkedCount struct {
	stateCount
	Link string // local path
}

// linkedCounts are the counts of what a query takes.
func linkedCounts(c fleet.Counts, q processesQuery) []linkedCount {
	var list []linkedCount
	for _, count := range newStateCounts(c) {
		q.States, q.Attention = count.States, count.Attention
		list = append(list, linkedCount{count, q.path()})
	}
	return list
}
