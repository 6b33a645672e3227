package view

import (
	"cesi/internal/cesi"
	"cesi/internal/fleet"
	"cesi/internal/server/request"
)

// StateCount is the number of processes in a state. States and Attention are the filter
// for them.
type StateCount struct {
	Tone      Tone
	Count     int
	Words     cesi.Text // "2 running"
	States    []cesi.State
	Attention fleet.Attention
}

// NewStateCounts lists the states that occur, the harmless ones first. Unexpected exits
// are separate from expected ones.
func NewStateCounts(c fleet.Counts) []StateCount {
	unexpected := c.UnexpectedExits()
	in := func(state cesi.State) []cesi.State { return []cesi.State{state} }
	exited := c.Exited - unexpected
	all := []StateCount{
		{ToneRunning, c.Running, cesi.T("%d running", c.Running), in(cesi.Running), fleet.AnyAttention},
		{ToneMoving, c.Starting, cesi.T("%d starting", c.Starting), in(cesi.Starting), fleet.AnyAttention},
		{ToneMoving, c.Stopping, cesi.T("%d stopping", c.Stopping), in(cesi.Stopping), fleet.AnyAttention},
		{ToneIdle, c.Stopped, cesi.T("%d stopped", c.Stopped), in(cesi.Stopped), fleet.AnyAttention},
		{ToneIdle, exited, cesi.T("%d exited", exited), in(cesi.Exited), fleet.NeedsNone},
		{ToneWarning, unexpected, cesi.T("%d exited unexpectedly", unexpected), in(cesi.Exited), fleet.NeedsAttention},
		{ToneWarning, c.Unknown, cesi.T("%d unknown", c.Unknown), in(cesi.Unknown), fleet.AnyAttention},
		{ToneWarning, c.Backoff, cesi.T("%d backoff", c.Backoff), in(cesi.Backoff), fleet.AnyAttention},
		{ToneBad, c.Fatal, cesi.T("%d fatal", c.Fatal), in(cesi.Fatal), fleet.AnyAttention},
		{ToneBad, c.NotStarted, cesi.T("%d not started", c.NotStarted), in(cesi.NotStarted), fleet.AnyAttention},
	}
	var list []StateCount
	for _, s := range all {
		if s.Count > 0 {
			list = append(list, s)
		}
	}
	return list
}

// NewCountsBar draws processes by state.
func NewCountsBar(c fleet.Counts) Bar {
	var shares []Share
	var parts []cesi.Text
	for _, s := range NewStateCounts(c) {
		shares = append(shares, Share{s.Tone, s.Count})
		parts = append(parts, s.Words)
	}
	return NewBar(cesi.List(parts...), shares...)
}

// LinkedCount is a StateCount with a link to the list of its processes.
type LinkedCount struct {
	StateCount
	Link string // local path
}

// LinkedCounts returns the counts of a query's processes.
func LinkedCounts(c fleet.Counts, q request.ProcessesQuery) []LinkedCount {
	var list []LinkedCount
	for _, count := range NewStateCounts(c) {
		q.States, q.Attention = count.States, count.Attention
		list = append(list, LinkedCount{count, q.Path()})
	}
	return list
}
