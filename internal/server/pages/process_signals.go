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
		return cesi.T("read the configuration again")
	case "TERM":
		return cesi.T("terminate")
	case "INT":
		return cesi.T("interrupt, as Ctrl-C")
	case "QUIT":
		return cesi.T("quit, often with a core dump")
	case "USR1", "USR2":
		return cesi.T("defined by the program")
	case "KILL":
		return cesi.T("kill at once, can't be caught")
	case "STOP":
		return cesi.T("pause")
	case "CONT":
		return cesi.T("continue")
	case "WINCH":
		return cesi.T("window size changed; some servers finish open requests")
	case "ALRM":
		return cesi.T("timer expired")
	case "ABRT":
		return cesi.T("abort, with a core dump")
	case "PIPE":
		return cesi.T("broken pipe")
	default:
		return cesi.Text{}
	}
}
