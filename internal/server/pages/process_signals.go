package pages

import (
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/words"
)

// signalChoice is one of the values of a list.
type signalChoice struct {
	Value    string
	Label    words.Phrase // what it is for
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
func signalUse(name string) words.Phrase {
	switch name {
	case "HUP":
		return words.Of("read the configuration anew")
	case "TERM":
		return words.Of("end")
	case "INT":
		return words.Of("interrupt, as Ctrl-C")
	case "QUIT":
		return words.Of("end, often with a dump")
	case "USR1", "USR2":
		return words.Of("what the program makes of it")
	case "KILL":
		return words.Of("end at once, can't be caught")
	case "STOP":
		return words.Of("hold on")
	case "CONT":
		return words.Of("go on")
	case "WINCH":
		return words.Of("the window has changed; for some servers: no new connections")
	case "ALRM":
		return words.Of("the timer has run out")
	case "ABRT":
		return words.Of("abort, with a core dump")
	case "PIPE":
		return words.Of("nobody reads")
	default:
		return words.Phrase{}
	}
}
