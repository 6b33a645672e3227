package pages

import (
	"slices"

	"cesi/internal/cesi"
)

// signalChoice is a signal in a list of choices.
type signalChoice struct {
	Value    string
	Label    cesi.Text // its usual purpose
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

// signalUse says what programs usually do with a signal.
func signalUse(name string) cesi.Text {
	switch name {
	case "HUP":
		return cesi.T("read the configuration anew")
	case "TERM":
		return cesi.T("end")
	case "INT":
		return cesi.T("interrupt, as Ctrl-C")
	case "QUIT":
		return cesi.T("end, often with a dump")
	case "USR1", "USR2":
		return cesi.T("what the program makes of it")
	case "KILL":
		return cesi.T("end at once, can't be caught")
	case "STOP":
		return cesi.T("hold on")
	case "CONT":
		return cesi.T("go on")
	case "WINCH":
		return cesi.T("the window has changed; for some servers: no new connections")
	case "ALRM":
		return cesi.T("the timer has run out")
	case "ABRT":
		return cesi.T("abort, with a core dump")
	case "PIPE":
		return cesi.T("nobody reads")
	default:
		return cesi.Text{}
	}
}
