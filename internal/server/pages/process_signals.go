package pages

import (
	"slices"

	"cesi/internal/cesi"
	"cesi/internal/i18n"
)

// signalChoice is one of the values of a list.
type signalChoice struct {
	Value    string
	Label    i18n.Phrase // what it is for
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
func signalUse(name string) i18n.Phrase {
	switch name {
	case "HUP":
		return i18n.Of("read the configuration anew")
	case "TERM":
		return i18n.Of("end")
	case "INT":
		return i18n.Of("interrupt, as Ctrl-C")
	case "QUIT":
		return i18n.Of("end, often with a dump")
	case "USR1", "USR2":
		return i18n.Of("what the program makes of it")
	case "KILL":
		return i18n.Of("end at once, can't be caught")
	case "STOP":
		return i18n.Of("hold on")
	case "CONT":
		return i18n.Of("go on")
	case "WINCH":
		return i18n.Of("the window has changed; for some servers: no new connections")
	case "ALRM":
		return i18n.Of("the timer has run out")
	case "ABRT":
		return i18n.Of("abort, with a core dump")
	case "PIPE":
		return i18n.Of("nobody reads")
	default:
		return i18n.Phrase{}
	}
}
