package server

import (
	"slices"

	"cesi/internal/cesi"
)

// signalChoice is one of the values of a list.
type signalChoice struct {
	Value    string
	Label    string // what it is for
	Selected bool
}

// signalChoices lists the usual signals, and the chosen one if it is another.
func signalChoices(chosen string) []signalChoice {
	names := cesi.Signals()
	if chosen != "" && !slices.Contains(names, chosen) {
		names = append([]string{chosen}, names...)
	}
	list := make([]signalChoice, len(names))
	for i, name := range names {
		list[i] = signalChoice{Value: name, Label: signalUse(name), Selected: name == chosen}
	}
	return list
}

// signalUse says what programs usually do on a signal.
func signalUse(name string) string {
	switch name {
	case "HUP":
		return "read the configuration anew"
	case "TERM":
		return "end"
	case "INT":
		return "interrupt, as Ctrl-C"
	case "QUIT":
		return "end, often with a dump"
	case "USR1", "USR2":
		return "what the program makes of it"
	case "KILL":
		return "end at once, can't be caught"
	case "STOP":
		return "hold on"
	case "CONT":
		return "go on"
	case "WINCH":
		return "the window has changed; for some servers: no new connections"
	case "ALRM":
		return "the timer has run out"
	case "ABRT":
		return "abort, with a core dump"
	case "PIPE":
		return "nobody reads"
	default:
		return ""
	}
}
