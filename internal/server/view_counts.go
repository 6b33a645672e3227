package server

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
	"cesi/internal/words"
)

// stateCount is how many processes are in a state; Kind is its colour. States
// and Attention filter them.
type stateCount struct {
	Kind      string
	Count     int
	Words     words.Phrase // "2 running"
	States    []cesi.State
	Attention fleet.Attention
}

// newStateCounts lists the states that occur, the quiet ones first. Unexpected
// exits are told apart from expected ones.
func newStateCounts(c fleet.Counts) []stateCount {
	unexpected := unexpectedExits(c)
	in := func(state cesi.State) []cesi.State { return []cesi.State{state} }
	exited := c.Exited - unexpected
	all := []stateCount{
		{"running", c.Running, words.Of("%d running", c.Running), in(cesi.Running), fleet.AnyAttention},
		{"moving", c.Starting, words.Of("%d starting", c.Starting), in(cesi.Starting), fleet.AnyAttention},
		{"moving", c.Stopping, words.Of("%d stopping", c.Stopping), in(cesi.Stopping), fleet.AnyAttention},
		{"idle", c.Stopped, words.Of("%d stopped", c.Stopped), in(cesi.Stopped), fleet.AnyAttention},
		{"idle", exited, words.Of("%d exited", exited), in(cesi.Exited), fleet.NeedsNone},
		{"warning", unexpected, words.Of("%d exited unexpectedly", unexpected), in(cesi.Exited), fleet.NeedsAttention},
		{"warning", c.Unknown, words.Of("%d unknown", c.Unknown), in(cesi.Unknown), fleet.AnyAttention},
		{"warning", c.Backoff, words.Of("%d backoff", c.Backoff), in(cesi.Backoff), fleet.AnyAttention},
		{"bad", c.Fatal, words.Of("%d fatal", c.Fatal), in(cesi.Fatal), fleet.AnyAttention},
		{"bad", c.NotStarted, words.Of("%d not started", c.NotStarted), in(cesi.NotStarted), fleet.AnyAttention},
	}
	var list []stateCount
	for _, s := range all {
		if s.Count > 0 {
			list = append(list, s)
		}
	}
	return list
}

// unexpectedExits are those that need attention and are nothing else.
func unexpectedExits(c fleet.Counts) int {
	return c.Bad - c.Fatal - c.Backoff - c.Unknown - c.NotStarted
}

// newCountsBar draws processes by state.
func newCountsBar(c fleet.Counts) bar {
	var shares []share
	var parts []words.Phrase
	for _, s := range newStateCounts(c) {
		shares = append(shares, share{s.Kind, s.Count})
		parts = append(parts, s.Words)
	}
	return newBar(listed(parts), shares...)
}

// linkedCount is a stateCount that leads to the list of what it counts.
type linkedCount struct {
	stateCount
	Link string // local path
}

// linkedCounts are the counts of what a query takes.
func linkedCounts(c fleet.Counts, q request.ProcessesQuery) []linkedCount {
	var list []linkedCount
	for _, count := range newStateCounts(c) {
		q.States, q.Attention = count.States, count.Attention
		list = append(list, linkedCount{count, q.Path()})
	}
	return list
}
