package cesi

// LogStream is one of the two logs of a process.
type LogStream int

// The logs of a process.
const (
	Stdout LogStream = iota
	Stderr
)
